import java.io.FileInputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * Answers each connection with one page that names the protocol, the suite and when the session was
 * made: a resumed connection has a session older than itself.
 *
 * Arguments: a PKCS #12 file and its password. Prints "port N" first.
 */
public class Server {
  public static void main(String[] args) throws Exception {
    KeyStore identity = KeyStore.getInstance("PKCS12");
    try (var file = new FileInputStream(args[0])) {
      identity.load(file, args[1].toCharArray());
    }
    var keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(identity, args[1].toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    var listener = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0);
    System.out.println("port " + listener.getLocalPort());
    while (true) {
      try (SSLSocket socket = (SSLSocket) listener.accept()) {
        serve(socket);
      } catch (java.io.IOException error) {
        System.err.println(error);
      }
    }
  }

  private static void serve(SSLSocket socket) throws java.io.IOException {
    long opened = System.currentTimeMillis();
    var session = socket.getSession();
    socket.getInputStream().read(new byte[4096]);
    String page =
        session.getProtocol()
            + " "
            + session.getCipherSuite()
            + (session.getCreationTime() < opened ? " reused" : " new");
    String answer =
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + page.length() + "\r\n\r\n" + page;
    socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
  }
}

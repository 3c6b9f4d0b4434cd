import java.io.FileInputStream;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Gets a page with HttpsURLConnection several times, each time over a new connection, so that the
 * session cache of the one SSLContext resumes.
 *
 * Arguments: URL, authority (PEM), number of connections, and if wanted a client's PKCS #12 file
 * and its password. Prints one line "cipher TAB body" a connection.
 */
public class Client {
  public static void main(String[] args) throws Exception {
    System.setProperty("http.keepAlive", "false");
    KeyStore authorities = KeyStore.getInstance("PKCS12");
    authorities.load(null, null);
    try (InputStream pem = new FileInputStream(args[1])) {
      var certificate = CertificateFactory.getInstance("X.509").generateCertificate(pem);
      authorities.setCertificateEntry("authority", certificate);
    }
    var trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(authorities);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys(args), trust.getTrustManagers(), null);
    for (int i = Integer.parseInt(args[2]); i > 0; i--) {
      get(args[0], context);
    }
  }

  private static javax.net.ssl.KeyManager[] keys(String[] args) throws Exception {
    if (args.length < 5) {
      return null;
    }
    KeyStore identity = KeyStore.getInstance("PKCS12");
    try (InputStream file = new FileInputStream(args[3])) {
      identity.load(file, args[4].toCharArray());
    }
    var keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(identity, args[4].toCharArray());
    return keys.getKeyManagers();
  }

  private static void get(String url, SSLContext context) throws Exception {
    var connection = (HttpsURLConnection) URI.create(url).toURL().openConnection();
    connection.setSSLSocketFactory(context.getSocketFactory());
    connection.setConnectTimeout(30_000);
    connection.setReadTimeout(30_000);
    try (InputStream body = connection.getInputStream()) {
      String page = new String(body.readAllBytes(), StandardCharsets.UTF_8);
      System.out.println(connection.getCipherSuite() + "\t" + page.replace('\n', ' '));
    }
  }
}

// What things are called on the page: short enough to say aloud.

/** A connection: `C-08f1`. */
export function connectionName(id: string): string {
  return `C-${id.slice(0, 4)}`;
}

/** A session in the page's sense, a lineage: `S-3f9a`. */
export function sessionName(lineage: string): string {
  return `S-${lineage.slice(0, 4)}`;
}

/** A session in the strict sense, one ticket or session ID: `3f9a12c4`. */
export function ticketName(id: string): string {
  return id.slice(0, 8);
}

/** `TLSv1.3` is what programs print; people say TLS 1.3. */
export function versionName(version: string): string {
  return version.replace(/^TLSv/, "TLS ");
}

/** `TLS_AES_128_GCM_SHA256` → `AES-128-GCM`: what is left is what differs. */
export function suiteName(suite: string): string {
  return suite
    .replace(/^TLS_/, "")
    .replace(/^(?:ECDHE|DHE)_(?:ECDSA|RSA)_(?:WITH_)?/, "")
    .replace(/_SHA(256|384)$/, "")
    .replace(/_POLY1305$/, "-Poly1305")
    .replace("CHACHA20", "ChaCha20")
    .replaceAll("_", "-");
}

/** `client_hello` → `ClientHello`, as the RFC's figures have it. */
export function messageName(name: string): string {
  if (name.startsWith("other_")) return `type ${name.slice(6)}`;
  return name
    .split("_")
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join("");
}

// Passkeys (WebAuthn Level 3): the browser answers the question that a button holds, and its form carries the answer. Without a
// script the button stays hidden, and codes sign in. Our own conversions: not every browser has `parseRequestOptionsFromJSON`.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (byte) => byte.charCodeAt(0));
const base64url = (buffer) =>
  buffer && btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const named = (credentials) => credentials?.map((credential) => ({ ...credential, id: bytes(credential.id) }));

const make = async (options) => {
  const user = { ...options.user, id: bytes(options.user.id) };
  const excludeCredentials = named(options.excludeCredentials);
  const publicKey = { ...options, challenge: bytes(options.challenge), user, excludeCredentials };
  const { id, rawId, type, response } = await navigator.credentials.create({ publicKey });
  const { attestationObject, clientDataJSON } = response;
  const transports = response.getTransports?.();
  return { id, rawId: base64url(rawId), type, response: { attestationObject: base64url(attestationObject), clientDataJSON: base64url(clientDataJSON), transports } };
};

const use = async (options) => {
  const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: named(options.allowCredentials) };
  const { id, rawId, type, response } = await navigator.credentials.get({ publicKey });
  const answer = {};
  for (const name of ["authenticatorData", "clientDataJSON", "signature", "userHandle"]) answer[name] = base64url(response[name]) ?? null;
  return { id, rawId: base64url(rawId), type, response: answer };
};

const WHY_NOT = {
  NotAllowedError: "Nothing came of it: it was cancelled or took too long, or this device has no such passkey. Try again.",
  InvalidStateError: "This device has a passkey of your account already.",
  SecurityError: "Passkeys work at the server's own address alone, and this page was opened at another one.",
};

const askForPasskey = async (button) => {
  const { form } = button;
  const status = form.querySelector("[data-passkey-told]");
  // The form is not sent by its own button: what else it asks for has to be there, only no code.
  for (const field of form.elements) if (field.name !== "code" && !field.reportValidity()) return;
  if (button.hasAttribute("aria-busy")) return;
  button.setAttribute("aria-busy", "true");
  status.textContent = "Follow what your browser asks.";
  try {
    const { publicKey } = JSON.parse(button.dataset.options);
    const answer = await (button.dataset.passkey === "new" ? make(publicKey) : use(publicKey));
    form.elements.passkey.value = JSON.stringify(answer);
    form.submit();
    // A code that is typed later is not sent with this.
    form.elements.passkey.value = "";
  } catch (error) {
    status.textContent = WHY_NOT[error.name] ?? `The browser could not do it (${error.name}).`;
    button.removeAttribute("aria-busy");
    button.focus();
  }
};
// A page that the browser kept can ask again.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) for (const button of document.querySelectorAll("[data-passkey]")) button.removeAttribute("aria-busy");
});

const canPasskeys = "credentials" in navigator && "PublicKeyCredential" in window;
for (const shown of document.querySelectorAll("[data-needs-passkeys]")) shown.hidden = !canPasskeys;
for (const shown of document.querySelectorAll("[data-no-passkeys]")) shown.hidden = canPasskeys;
for (const button of document.querySelectorAll("[data-passkey]")) {
  button.addEventListener("click", () => askForPasskey(button));
  if (canPasskeys && "atOnce" in button.dataset) askForPasskey(button);
}

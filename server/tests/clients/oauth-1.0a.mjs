// The npm package `oauth-1.0a`, used as an application uses it: it signs, and fetch sends.
import { createHmac, createSign } from "node:crypto";
import OAuth from "oauth-1.0a";
import { play } from "./steps.mjs";

function client(step) {
  const [kind, hash] = step.method.split("-");
  const sign = {
    HMAC: (base, key) => createHmac(hash, key).update(base).digest("base64"),
    RSA: (base) => createSign(hash).update(base).sign(step.rsa_private_key, "base64"),
  };
  return OAuth({
    consumer: { key: step.key, secret: step.secret },
    signature_method: step.method,
    hash_function: sign[kind],
  });
}

function header(step, request) {
  const oauth = client(step);
  const token = step.token ? { key: step.token, secret: step.token_secret } : undefined;
  return oauth.toHeader(oauth.authorize(request, token));
}

async function told(response) {
  return { status: response.status, challenge: response.headers.get("www-authenticate"), body: await response.text() };
}

async function token(step, data) {
  const request = { url: step.url, method: "POST", data };
  const response = await fetch(step.url, { method: "POST", headers: header(step, request) });
  return response.ok ? Object.fromEntries(new URLSearchParams(await response.text())) : told(response);
}

// {name: value} or, where a name is repeated, {name: [value, …]}
function object(pairs) {
  const data = {};
  for (const [name, value] of pairs) data[name] = name in data ? [data[name], value].flat() : value;
  return data;
}

await play({
  request_token: (step) => token(step, { oauth_callback: step.callback }),

  access_token: (step) => token(step, { oauth_verifier: step.verifier }),

  call: async (step) => {
    // It reads `+` in a query as a plus sign, so spaces go as %20.
    const encoded = (step.query ?? []).map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
    const url = encoded ? `${step.url}?${encoded}` : step.url;
    const request = { url, method: step.verb, data: step.form && object(step.form) };
    const headers = header(step, request);
    if (step.json) headers["Content-Type"] = "application/json";
    const body = step.form ? new URLSearchParams(step.form) : step.json && JSON.stringify(step.json);
    return told(await fetch(url, { method: step.verb, headers, body }));
  },
});

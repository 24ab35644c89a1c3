// The npm package `oauth`, used as an application uses it.
import oauth from "oauth";
import { play } from "./steps.mjs";

// Its documentation has "1.0A" as the version. An RSA key takes the place of the secret.
function client(step) {
  const secret = step.method.startsWith("RSA") ? step.rsa_private_key : step.secret;
  return new oauth.OAuth(step.url, step.url, step.key, secret, "1.0A", step.callback ?? null, step.method);
}

// Its errors carry the status and the body, and nothing of the headers.
const told = (error) =>
  error.statusCode ? { status: error.statusCode, challenge: null, body: error.data } : Promise.reject(error);

const token = (resolve) => (error, oauth_token, oauth_token_secret, more) =>
  resolve(error ? told(error) : { oauth_token, oauth_token_secret, ...more });

const answer = (resolve) => (error, body, response) =>
  resolve(
    response
      ? { status: response.statusCode, challenge: response.headers["www-authenticate"] ?? null, body }
      : told(error),
  );

// {name: value} or, where a name is repeated, {name: [value, …]}
function object(pairs) {
  const form = {};
  for (const [name, value] of pairs) form[name] = name in form ? [form[name], value].flat() : value;
  return form;
}

await play({
  request_token: (step) => new Promise((resolve) => client(step).getOAuthRequestToken(token(resolve))),

  access_token: (step) =>
    new Promise((resolve) =>
      client(step).getOAuthAccessToken(step.token, step.token_secret, step.verifier, token(resolve)),
    ),

  call: (step) =>
    new Promise((resolve) => {
      const url = step.query ? `${step.url}?${new URLSearchParams(step.query)}` : step.url;
      const verb = step.verb.toLowerCase();
      const body = step.form ? [object(step.form)] : step.json ? [JSON.stringify(step.json), "application/json"] : [];
      client(step)[verb](url, step.token, step.token_secret, ...body, answer(resolve));
    }),
});

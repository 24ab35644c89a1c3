// newman, Postman's runner, used as in a build: a collection of one request, which signs itself.
import newman from "newman";
import { play } from "./steps.mjs";

function collection(step, verb, more) {
  const oauth1 = {
    consumerKey: step.key,
    consumerSecret: step.secret,
    signatureMethod: step.method,
    privateKey: step.rsa_private_key,
    token: step.token ?? "",
    tokenSecret: step.token_secret ?? "",
    callback: step.callback ?? "",
    verifier: step.verifier ?? "",
    version: "1.0",
    addParamsToHeader: true,
  };
  const auth = { type: "oauth1", oauth1: Object.entries(oauth1).map(([key, value]) => ({ key, value })) };
  return {
    info: { name: "Latchkey", schema: "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
    item: [{ name: "one", request: { method: verb, auth, url: step.url, ...more } }],
  };
}

const run = (step, verb, more = {}) =>
  new Promise((resolve, reject) =>
    newman.run({ collection: collection(step, verb, more) }, (error, summary) => {
      const failure = error ?? summary.run.failures[0]?.error;
      if (failure) return reject(failure);
      const { response } = summary.run.executions[0];
      return resolve({
        status: response.code,
        challenge: response.headers.get("www-authenticate") ?? null,
        body: response.text(),
      });
    }),
  );

async function token(step) {
  const answer = await run(step, "POST");
  return answer.status === 200 ? Object.fromEntries(new URLSearchParams(answer.body)) : answer;
}

await play({
  request_token: token,

  access_token: token,

  call: (step) => {
    // It reads `+` in a query as a plus sign, so spaces go as %20.
    const encoded = (step.query ?? []).map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
    const url = encoded ? `${step.url}?${encoded}` : step.url;
    const body = step.form
      ? { mode: "urlencoded", urlencoded: step.form.map(([key, value]) => ({ key, value })) }
      : step.json && { mode: "raw", raw: JSON.stringify(step.json), options: { raw: { language: "json" } } };
    return run({ ...step, url }, step.verb, body ? { body } : {});
  },
});

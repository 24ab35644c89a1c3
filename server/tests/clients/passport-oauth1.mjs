// passport-oauth1, used as an application's sign-in uses it: a strategy with a session, which Passport gives its three ways out.
import OAuth1Strategy from "passport-oauth1";
import { play } from "./steps.mjs";

// Between the two halves of the dance the temporary credentials are in the user's session.
const sessions = new Map();

function strategy(step, credentials) {
  const options = {
    requestTokenURL: step.url,
    accessTokenURL: step.url,
    userAuthorizationURL: "https://desk.example/oauth/authorize",
    consumerKey: step.key,
    consumerSecret: step.method.startsWith("RSA") ? step.rsa_private_key : step.secret,
    signatureMethod: step.method,
    callbackURL: step.callback,
    skipUserProfile: true,
  };
  return new OAuth1Strategy(options, (token, secret, more, profile, done) => {
    Object.assign(credentials, { oauth_token: token, oauth_token_secret: secret, ...more });
    done(null, { profile });
  });
}

// Resolves to the address that the browser is sent to, or to nothing once the user is signed in.
const authenticate = (strategy, request) =>
  new Promise((resolve, reject) => {
    strategy.redirect = resolve;
    strategy.success = () => resolve();
    strategy.fail = (challenge, status) => reject(new Error(`${status}: ${challenge}`));
    strategy.error = (error) => reject(new Error(JSON.stringify(error.oauthError ?? error.message)));
    strategy.authenticate(request);
  });

await play({
  request_token: async (step) => {
    const session = {};
    const location = await authenticate(strategy(step, {}), { query: {}, session });
    const token = new URL(location).searchParams.get("oauth_token");
    sessions.set(token, session);
    // It reads no more of the answer.
    const [{ oauth_token, oauth_token_secret }] = Object.values(session);
    return { oauth_token, oauth_token_secret, oauth_callback_confirmed: "true" };
  },

  access_token: async (step) => {
    const credentials = {};
    const query = { oauth_token: step.token, oauth_verifier: step.verifier };
    await authenticate(strategy(step, credentials), { query, session: sessions.get(step.token) });
    return credentials;
  },

  call: (step) =>
    new Promise((resolve) => {
      const { _oauth: oauth } = strategy(step, {});
      const url = step.query ? `${step.url}?${new URLSearchParams(step.query)}` : step.url;
      oauth.get(url, step.token, step.token_secret, (error, body, response) =>
        resolve({
          status: response?.statusCode ?? error.statusCode,
          challenge: response?.headers["www-authenticate"] ?? null,
          body: body ?? error.data,
        }),
      );
    }),
});

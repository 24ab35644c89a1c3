import { type BrowserContext, test as base, expect } from "@playwright/test";
import { type ConsumersPage, openConsumers } from "./consumers-page.ts";
import { fill } from "./fill.ts";
import { PlayedConsumer } from "./oauth.ts";
import { type Account, type Filled, Latchkey, ada } from "./server.ts";

export { expect } from "@playwright/test";
export * from "./consumers-page.ts";
export * from "./rendered.ts";
export { type Latchkey, SECRET, ada, grace } from "./server.ts";

/** Collects what browsers complain about; a test fails on what it did not announce. */
export class Complaints {
  private readonly seen: string[] = [];
  private readonly announced: RegExp[] = [];

  /** This test provokes such messages on purpose. */
  expect(...messages: RegExp[]): void {
    this.announced.push(...messages);
  }

  watch(context: BrowserContext): void {
    context.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") {
        this.seen.push(`${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    context.on("weberror", (error) => this.seen.push(`uncaught: ${error.error().stack ?? error.error().message}`));
  }

  unexpected(): string[] {
    return this.seen.filter((message) => !this.announced.some((expected) => expected.test(message)));
  }
}

/** The server is not there for a while. */
export const SERVER_AWAY = /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|CONNECTION_CLOSED|SOCKET_NOT_CONNECTED|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE|ABORTED)/;
/** The test holds the wasm back for longer than Chromium expects of what is preloaded. */
export const PRELOADED_LONG_AGO = /was preloaded using link preload but not used/;
/** The browser has no network. */
export const NO_NETWORK = /net::ERR_(INTERNET_DISCONNECTED|NETWORK_CHANGED|NETWORK_IO_SUSPENDED)/;
/** Chromium's words for an answer that is a refusal. */
export const refused = (...status: number[]) => new RegExp(`the server responded with a status of (${status.join("|")})`);

interface Options {
  /** A server that is not set up: it has no account and prints the set-up link. */
  firstStart: boolean;
  /** How many consumers are stored before the start, for benchmarks. */
  stored: number;
}

interface Fixtures {
  server: Latchkey;
  complaints: Complaints;
  /** The page, signed in as ada. */
  consumers: ConsumersPage;
  /** Another browser, signed in as another user, showing the page. */
  another: (account?: Account) => Promise<ConsumersPage>;
  /** A consumer of this name, registered, approved unless it is to wait, and listening for its callback. */
  play: (name?: string, status?: "pending" | "approved") => Promise<PlayedConsumer>;
}

interface WorkerFixtures {
  /** A database in which ada is an administrator. */
  setUp: Filled;
}

export const test = base.extend<Options & Fixtures, WorkerFixtures>({
  firstStart: [false, { option: true }],
  stored: [0, { option: true }],

  setUp: [
    async ({}, use) => {
      const server = new Latchkey();
      try {
        await server.addUser(ada);
        await use(server.template());
      } finally {
        server.forget();
      }
    },
    { scope: "worker" },
  ],

  server: async ({ firstStart, stored, setUp }, use, testInfo) => {
    const begin = firstStart ? undefined : stored > 0 ? await fill(stored) : setUp;
    const server = new Latchkey(begin);
    try {
      if (stored > 0) await server.addUser(ada);
      await server.start();
      await use(server);
      const code = server.running ? await server.stop() : 0;
      expect(code, `exit code of a server asked to stop\n${server.log}`).toBe(0);
      expect(server.log).not.toContain("panicked at");
    } finally {
      if (testInfo.status !== testInfo.expectedStatus) {
        await testInfo.attach("server.log", { body: server.log, contentType: "text/plain" });
      }
      await server.kill();
      server.forget();
    }
  },

  baseURL: async ({ server }, use) => use(server.url),

  complaints: [
    async ({ context }, use) => {
      const complaints = new Complaints();
      complaints.watch(context);
      await use(complaints);
      // An answer that a test's route still waits for goes with the page.
      await Promise.all(context.pages().map((page) => page.unrouteAll({ behavior: "ignoreErrors" })));
      expect(complaints.unexpected(), "what the browser complained about").toEqual([]);
    },
    { auto: true },
  ],

  consumers: async ({ page }, use) => {
    await use(await openConsumers(page, ada));
  },

  another: async ({ browser, baseURL, complaints, viewport }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (account = ada) => {
      const context = await browser.newContext({ baseURL, viewport });
      contexts.push(context);
      complaints.watch(context);
      const page = await context.newPage();
      return openConsumers(page, account);
    });
    await Promise.all(contexts.map((context) => context.close()));
  },

  play: async ({ server }, use) => {
    const playing: PlayedConsumer[] = [];
    await use(async (name, status) => {
      const consumer = await PlayedConsumer.start(server, name, status);
      playing.push(consumer);
      return consumer;
    });
    await Promise.all(playing.map((consumer) => consumer.stop()));
  },
});

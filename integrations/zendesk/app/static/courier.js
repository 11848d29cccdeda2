/**
 * The courier's side: asks, waits for the worker's answer, keeps the session alive. The
 * bearer lives in this module's memory and goes with the page.
 */

const BASE = new URL("..", import.meta.url).href;
const FIRST_LOOK_MS = 150;
const SLOWEST_LOOK_MS = 2000;
const LONG_MS = 6000;
const PATIENCE_MS = 10 * 60_000;
const RENEW_BEFORE_MS = 5 * 60_000;
const TRIES = 4;

/** What could not be answered, in words for the agent. */
export class Unanswered extends Error {
  constructor(plain, { over = false } = {}) {
    super(plain);
    this.over = over;
  }
}

export class Courier {
  #bearer;
  #until;

  constructor({ bearer, seconds }) {
    this.#keep({ bearer, seconds });
    setInterval(() => this.#renewWhileSeen(), 60_000);
  }

  /**
   * The answer to what an agent wants. `onLong` is called once where it takes long.
   * Throws Unanswered; a new question follows then.
   */
  async ask(want, ticket, more = {}, onLong = () => {}) {
    const ask = crypto.randomUUID();
    // Asked twice under one name it is one question: a lost answer does no harm.
    await this.#call("POST", `asks/${ask}`, { want, ticket: String(ticket), ...more });
    const began = performance.now();
    let pause = FIRST_LOOK_MS;
    let told = false;
    while (performance.now() - began < PATIENCE_MS) {
      await sleep(pause);
      pause = Math.min(pause * 1.3, SLOWEST_LOOK_MS);
      const answer = await this.#call("GET", `answers/${ask}`);
      if (answer.state === "failed") throw new Unanswered(answer.plain);
      if (answer.state !== "waiting") return answer;
      if (!told && performance.now() - began > LONG_MS) {
        told = true;
        onLong();
      }
    }
    throw new Unanswered("This takes too long. It goes on; look again in a while.");
  }

  async #call(method, path, body) {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#once(method, path, body).catch(() => null);
      const known = answer && (await answer.json().catch(() => null));
      if (answer?.ok && known) return known;
      const again = !answer || answer.status === 503 || answer.status === 502;
      if (!again || attempt === TRIES) {
        const plain = known?.plain ?? "The courier does not answer. Try again.";
        throw new Unanswered(plain, { over: answer?.status === 401 });
      }
      await sleep(attempt * 700);
    }
  }

  async #once(method, path, body) {
    return fetch(`${BASE}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${this.#bearer}`,
        ...(body && { "Content-Type": "application/json" }),
      },
      body: body && JSON.stringify(body),
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
  }

  #keep({ bearer, seconds }) {
    this.#bearer = bearer;
    this.#until = performance.now() + seconds * 1000;
  }

  async #renewWhileSeen() {
    const left = this.#until - performance.now();
    if (document.visibilityState !== "visible" || left > RENEW_BEFORE_MS) return;
    try {
      this.#keep(await this.#call("POST", "session", {}));
    } catch {
      // The next question says so.
    }
  }
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

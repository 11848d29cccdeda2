/**
 * The few messages of the Zendesk Apps Framework that this app needs, so that no script
 * of anybody else runs beside customers' replays.
 *
 * What is sent and expected is public: github.com/zendesk/zendesk_app_framework_sdk,
 * lib/client.js. Messages are JSON texts. The app begins with `iframe.handshake`; the
 * host answers with the event `zaf.app.registered`. From then on a request `{id, request:
 * "get" | "invoke", params}` is answered by `{id, result, error}`, and an event that was
 * asked for by `iframe.on:NAME` comes as `zaf.NAME`.
 */

const ANSWERED_WITHIN_MS = 10_000;
const VERSION = "2.0.0";

export class Zaf {
  #origin;
  #guid;
  #host;
  #handlers = new Map();
  #pending = new Map();
  #last = 0;

  /** Speaks with the host at `origin` alone, as the frame that it named `guid`. */
  constructor(origin, guid, host = window.parent) {
    this.#origin = origin;
    this.#guid = guid;
    this.#host = host;
    window.addEventListener("message", (event) => this.#hear(event));
  }

  /** Resolves with the app's context once the host knows us. */
  async start() {
    const registered = new Promise((resolve) => this.#listen("app.registered", resolve));
    this.#post({ key: "iframe.handshake", message: { version: VERSION } });
    return (await registered)?.context ?? {};
  }

  /** Calls `handler` for every such event from now on. */
  on(name, handler) {
    const count = this.#listen(name, handler);
    this.#post({ key: `iframe.on:${name}`, message: { subscriberCount: count } });
  }

  /** What the host knows by a path such as `ticket.id`; undefined where it does not. */
  async get(path) {
    try {
      return (await this.#request("get", [path]))?.[path];
    } catch {
      return undefined;
    }
  }

  /** Has the host do something; whether it can does not matter to what goes on here. */
  invoke(name, ...given) {
    this.#request("invoke", { [name]: given }).catch(() => {});
  }

  #listen(name, handler) {
    const handlers = this.#handlers.get(name) ?? [];
    this.#handlers.set(name, [...handlers, handler]);
    return handlers.length + 1;
  }

  #request(request, params) {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => this.#settle(id, { error: "no answer" }), ANSWERED_WITHIN_MS);
      this.#pending.set(id, { resolve, reject, late });
      this.#post({ id, request, params });
    });
  }

  #post(message) {
    const named = { ...message, appGuid: this.#guid, instanceGuid: this.#guid };
    this.#host.postMessage(JSON.stringify(named), this.#origin);
  }

  #hear(event) {
    if (event.origin !== this.#origin || event.source !== this.#host) return;
    let message = event.data;
    try {
      if (typeof message === "string") message = JSON.parse(message);
    } catch {
      return;
    }
    if (this.#pending.has(message?.id)) this.#settle(message.id, message);
    else if (typeof message?.key === "string" && message.key.startsWith("zaf.")) {
      const handlers = this.#handlers.get(message.key.slice(4)) ?? [];
      for (const handler of handlers) handler(message.message);
    }
  }

  #settle(id, { result, error }) {
    const waiting = this.#pending.get(id);
    if (!waiting) return;
    this.#pending.delete(id);
    clearTimeout(waiting.late);
    if (error) waiting.reject(error);
    else waiting.resolve(result);
  }
}

/** Our routes, through ComfyUI's own fetch: it knows the base path and the person. */

/** What a route said no to; the message says what to do next, `content` is all that was said. */
export class RouteError extends Error {
  constructor(message, content) {
    super(message);
    this.content = content;
  }
}

/** `fetchApi` is ComfyUI's `api.fetchApi`. */
export function routes(fetchApi) {
  const send = async (path, options) => answered(await fetchApi(`/apimart/${path}`, { cache: "no-store", ...options }));
  return {
    get: (path) => send(path, { method: "GET" }),
    file: async (path) => (await accepted(await fetchApi(`/apimart/${path}`, { cache: "no-store" }))).blob(),
    post: (path, body = {}) =>
      send(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
  };
}

async function answered(response) {
  return (await accepted(response)).json().catch(() => ({}));
}

/** The response, or what it says no with. */
async function accepted(response) {
  if (response.ok) return response;
  const content = await response.json().catch(() => ({}));
  const sentences = [content.error ?? `HTTP ${response.status}`, content.next_step];
  throw new RouteError(sentences.filter(Boolean).join(" "), content);
}

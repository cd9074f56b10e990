/** A problem that the service told, in words; `jobs` is where larger files go. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly jobs: string | null,
  ) {
    super(message);
  }
}

interface ProblemBody {
  readonly detail?: string;
  readonly title?: string;
  readonly jobs?: string;
}

/** Done and, where it is known, of how many. */
export type Progress = (done: number, total: number | null) => void;

/** Post a form; resolves with the response once it has begun. */
export async function post(url: string, form: FormData, lang: string, signal: AbortSignal): Promise<Response> {
  return accepted(
    await fetch(url, { method: "POST", body: form, headers: { "Accept-Language": lang }, signal }),
  );
}

/** A response, or what was wrong with the request. */
export async function accepted(response: Response): Promise<Response> {
  if (response.ok) return response;
  const told: ProblemBody = response.headers.get("Content-Type")?.includes("json")
    ? ((await response.json()) as ProblemBody)
    : {};
  throw new Refused(told.detail ?? told.title ?? String(response.status), told.jobs ?? null);
}

/** All bytes of a response whose rows arrive one by one; tells how many have come. */
export async function received(response: Response, progress: Progress): Promise<Uint8Array<ArrayBuffer>> {
  const total = Number(response.headers.get("X-Gazetteer-Rows")) || null;
  const reader = response.body?.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  let lines = 0;
  for (;;) {
    const part = await reader?.read();
    if (!part?.value) break;
    parts.push(part.value);
    size += part.value.length;
    for (const byte of part.value) if (byte === 10) lines++;
    progress(Math.max(0, total === null ? lines : Math.min(lines, total)), total);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

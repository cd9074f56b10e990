/** A problem that the service returned, in words; `jobs` is the address for larger files. */
export class ServiceError extends Error {
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

/** Rows processed and, where it is known, their total. */
export type Progress = (done: number, total: number | null) => void;

/** Post a form; resolves with the response once it has begun. */
export async function postForm(url: string, form: FormData, lang: string, signal: AbortSignal): Promise<Response> {
  return requireSuccess(
    await fetch(url, { method: "POST", body: form, headers: { "Accept-Language": lang }, signal }),
  );
}

/** A copy of a form with other values of some fields. */
export function replaceFields(form: FormData, values: Readonly<Record<string, string>>): FormData {
  const copy = new FormData();
  for (const [name, value] of form) copy.append(name, value);
  for (const [name, value] of Object.entries(values)) copy.set(name, value);
  return copy;
}

/** The response, if it is one of success; throws a {@link ServiceError} with its problem otherwise. */
export async function requireSuccess(response: Response): Promise<Response> {
  if (response.ok) return response;
  const problem: ProblemBody = response.headers.get("Content-Type")?.includes("json")
    ? ((await response.json()) as ProblemBody)
    : {};
  throw new ServiceError(problem.detail ?? problem.title ?? String(response.status), problem.jobs ?? null);
}

/** All bytes of a response whose rows arrive one by one; reports how many have arrived. */
export async function readWithProgress(response: Response, progress: Progress): Promise<Uint8Array<ArrayBuffer>> {
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
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

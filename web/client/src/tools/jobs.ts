import { type Progress, ServiceError, requireSuccess, postForm } from "./requests";

/** A background job on a file, as the service returns it. */
interface Job {
  readonly id: string;
  readonly state: "queued" | "running" | "finished" | "failed" | "cancelled";
  readonly rows_total: number | null;
  readonly rows_done: number;
  readonly problem: { readonly detail?: string } | null;
  readonly result: JobResults | null;
}

/** The addresses of results by format; null for those that were not asked for. */
export type JobResults = Readonly<Record<string, string | null>>;

const POLL_INTERVAL_MS = 1500;

/** Submit a form as a background job; resolves with the addresses of its results by format. */
export async function runInBackground(
  kind: string,
  form: FormData,
  lang: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<JobResults> {
  form.set("kind", kind);
  let job = (await (await postForm("/v1/jobs", form, lang, signal)).json()) as Job;
  const url = `/v1/jobs/${job.id}`;
  try {
    while (job.state === "queued" || job.state === "running") {
      progress(job.rows_done, job.rows_total);
      await pause(signal);
      job = (await (await requireSuccess(await fetch(url, { signal }))).json()) as Job;
    }
  } catch (error) {
    // The page was left or the user cancelled: stop the job too.
    if (signal.aborted) void fetch(url, { method: "DELETE", keepalive: true });
    throw error;
  }
  if (job.state !== "finished" || !job.result) {
    throw new ServiceError(job.problem?.detail ?? job.state, null);
  }
  return job.result;
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new DOMException("stopped", "AbortError"));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, POLL_INTERVAL_MS);
    signal.addEventListener("abort", stop, { once: true });
  });
}

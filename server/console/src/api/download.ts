import { troubleIn, type Result } from "./call";

/** Fetches a file and hands it to the browser for saving; gives its name back. */
export async function download(path: string, fallbackName: string): Promise<Result<string>> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin" });
  } catch {
    return { status: "error", trouble: troubleIn(null, 0) };
  }
  if (!response.ok) {
    const problem: unknown = await response.json().catch(() => null);
    return { status: "error", trouble: troubleIn(problem, response.status) };
  }
  const name = nameIn(response.headers.get("content-disposition")) ?? fallbackName;
  save(await response.blob(), name);
  return { status: "success", data: name, headers: response.headers };
}

/** The file name of a Content-Disposition header, RFC 5987 form first. */
export function nameIn(disposition: string | null): string | null {
  const extended = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? "")?.[1];
  if (extended !== undefined) return decodeURIComponent(extended);
  return /filename="?([^";]+)"?/i.exec(disposition ?? "")?.[1] ?? null;
}

function save(bytes: Blob, name: string): void {
  const url = URL.createObjectURL(bytes);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

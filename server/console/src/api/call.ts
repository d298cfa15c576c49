import createClient, { type FetchResponse } from "openapi-fetch";

import type { components, paths } from "./schema";

export type { paths };

export type Schemas = components["schemas"];

/** What a route answers when all is well, as the client reads it. */
export type Read<Route extends Record<string | number, unknown>> = NonNullable<
  FetchResponse<Route, object, "application/json">["data"]
>;

/** What went wrong, as a page shows it. `status` 0: the server was not reached. */
export interface Trouble {
  status: number;
  code: string;
  /** One sentence in Chinese, and the same in English. */
  message: string;
  detail: string;
  missingFields: readonly string[];
}

/** The answer of every call; a page has to draw each case. */
export type Result<T> =
  | { status: "success"; data: T; headers: Headers }
  | { status: "aborted" }
  | { status: "error"; trouble: Trouble };

interface Answer<T> {
  data?: T | undefined;
  error?: unknown;
  response: Response;
}

export const api = createClient<paths>({
  baseUrl: "/",
  credentials: "same-origin",
  headers: { Accept: "application/json" },
});

let whenSignedOut: () => void = () => undefined;

/** Says what happens when the server no longer knows the session. */
export function onSignedOut(act: () => void): void {
  whenSignedOut = act;
}

/** Waits for an answer and never throws. */
export async function call<T>(request: Promise<Answer<T>>): Promise<Result<T>> {
  let answer: Answer<T>;
  try {
    answer = await request;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return { status: "aborted" };
    return { status: "error", trouble: unreachable };
  }
  if (answer.response.ok) {
    return { status: "success", data: answer.data as T, headers: answer.response.headers };
  }
  if (answer.response.status === 401) whenSignedOut();
  return { status: "error", trouble: troubleIn(answer.error, answer.response.status) };
}

const unreachable: Trouble = { status: 0, code: "unreachable", message: "", detail: "", missingFields: [] };

/** Reads an RFC 9457 problem; anything else leaves only the HTTP status. */
export function troubleIn(body: unknown, status: number): Trouble {
  const problem = isRecord(body) ? body : {};
  const fields = problem["missing_fields"];
  return {
    status,
    code: textOf(problem["code"]),
    message: textOf(problem["message_zh"]),
    detail: textOf(problem["detail"]),
    missingFields: Array.isArray(fields) ? fields.map(String) : [],
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

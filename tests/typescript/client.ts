// A client as a front end makes it: openapi-fetch over the types that openapi-typescript generates.
import createClient from "openapi-fetch";
import type { paths } from "./api";

export const api = createClient<paths>({ baseUrl: "http://localhost:8080" });

export const id = "018f0d5e-6f2a-7a41-8c3b-0f3e2d1c4b5a";
export const key = "9f1c6f0e-4f3e-4d53-8a9a-0d6d2b1f7c11";
export const start = "2026-12-01T04:30:00Z";

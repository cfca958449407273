// Wrong calls: each must be refused. tsc fails on a line that is marked and right.
import { api, id, key, start } from "./client";

const path = { id };
const edit = { "If-Match": '"3"' };
const money = { amount: 80000, currency: "INR" } as const;
const desk = { email: "desk@example.org" };

export async function requests() {
  // @ts-expect-error no such path
  await api.GET("/api/v1/appointment");
  // @ts-expect-error no such method there
  await api.DELETE("/api/v1/clinics");
  // @ts-expect-error a field is missing
  await api.POST("/api/v1/auth/login", { body: { email: "asha@example.org" } });
  // @ts-expect-error a number as a text
  await api.POST("/api/v1/auth/login", { body: { email: "asha@example.org", password: 1234567890 } });
  // @ts-expect-error a body is missing
  await api.POST("/api/v1/appointments");
  // @ts-expect-error the path's id is missing
  await api.GET("/api/v1/appointments/{id}");
  // @ts-expect-error If-Match is required for an edit
  await api.PUT("/api/v1/clinics/{id}", { params: { path }, body: { name: "Lakeside Clinic", city: "Pune" } });
  // @ts-expect-error a header that is not known
  await api.POST("/api/v1/appointments/{id}/arrive", { params: { path, header: { "Idempotency-key": key } } });
  // @ts-expect-error a required parameter is missing
  await api.GET("/api/v1/doctors/{id}/availability", { params: { path, query: { clinicId: id, from: "2026-12-01" } } });
  // @ts-expect-error a parameter that is not known
  await api.GET("/api/v1/clinics", { params: { query: { page: 2 } } });
  // @ts-expect-error a text as a number
  await api.GET("/api/v1/clinics", { params: { query: { limit: "50" } } });
}

export async function closedSets() {
  // @ts-expect-error no such role
  await api.POST("/api/v1/accounts", { body: { ...desk, roles: ["NURSE"], clinics: { kind: "all" } } });
  // @ts-expect-error a role that staff is not registered in
  await api.POST("/api/v1/accounts", { body: { ...desk, roles: ["PATIENT"], clinics: { kind: "all" } } });
  // @ts-expect-error no such kind of scope
  await api.POST("/api/v1/accounts", { body: { ...desk, roles: ["ADMIN"], clinics: { kind: "some", clinics: [id] } } });
  // @ts-expect-error the clinics are missing
  await api.POST("/api/v1/accounts", { body: { ...desk, roles: ["ADMIN"], clinics: { kind: "only" } } });
  // @ts-expect-error no such currency
  await api.POST("/api/v1/clinics", { body: { name: "Lakeside Clinic", city: "Pune", timeZone: "Asia/Kolkata", currency: "inr" } });
  // @ts-expect-error no such day
  await api.PUT("/api/v1/doctors/{id}/affiliations/{clinicId}/hours", { params: { path: { id, clinicId: id }, header: edit }, body: { weeklyHours: [{ day: "Monday", from: "09:00", to: "13:00" }] } });
  // @ts-expect-error an amount without its currency
  await api.POST("/api/v1/doctors/{id}/affiliations", { params: { path }, body: { clinicId: id, fee: 80000, slotMinutes: 20 } });
  // @ts-expect-error no such status
  await api.GET("/api/v1/appointments", { params: { query: { status: "PENDING" } } });
  // @ts-expect-error no such choice
  await api.POST("/api/v1/appointments/series", { body: { first: { clinicId: id, doctorId: id, start }, everyDays: 7, visits: 6, onClash: "skip" } });
  // @ts-expect-error a number as a time
  await api.POST("/api/v1/doctors/{id}/leaves", { params: { path }, body: { start: 1764563400, end: "2026-12-02T04:30:00Z" } });
  // @ts-expect-error a currency that is not charged in
  await api.POST("/api/v1/payments/{id}/refunds", { params: { path }, body: { amount: { ...money, currency: "BTC" } } });
}

export async function answers() {
  const { data: session } = await api.GET("/api/v1/auth/me");
  // @ts-expect-error not every scope names clinics
  session?.clinics.clinics;
  // @ts-expect-error no such role
  session?.roles.includes("NURSE");
  const { data, error } = await api.POST("/api/v1/appointments", { body: { clinicId: id, doctorId: id, start } });
  // @ts-expect-error no such field
  data?.holdUntill;
  // @ts-expect-error no such status
  if (data?.status === "PENDING") return;
  // @ts-expect-error no such type of problem
  if (error?.type === "slot-taken") return;
  // @ts-expect-error a type of problem that booking does not have
  if (error?.type === "login-taken") return;
  const { data: free } = await api.GET("/api/v1/doctors/{id}/availability", { params: { path, query: { clinicId: id, from: "2026-12-01", to: "2026-12-01" } } });
  // @ts-expect-error no such reason
  free?.unoffered?.some(({ reason }) => reason === "holidays");
  const { data: ledger } = await api.GET("/api/v1/appointments/{id}/ledger", { params: { path } });
  // @ts-expect-error no such kind of movement
  ledger?.entries.some(({ kind }) => kind === "capture");
}

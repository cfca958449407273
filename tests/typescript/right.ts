// Right calls: each must compile.
import { api, id, key, start } from "./client";

const path = { id };
const once = { "Idempotency-Key": key };
const edit = { "If-Match": '"3"', ...once };
const position = { "CareSync-Position": "1-4711-815" };

export async function sessions() {
  await api.POST("/api/v1/auth/register", { body: { email: "asha@example.org" } });
  await api.POST("/api/v1/auth/register/complete", {
    body: { name: "Asha Rao", birthDate: "1990-04-17", email: "asha@example.org", password: "correct horse battery", code: "7KQ2-01MR" },
  });
  await api.POST("/api/v1/auth/address", { body: { email: "asha.rao@example.org", currentPassword: "correct horse battery" } });
  await api.POST("/api/v1/auth/address/confirm", {
    body: { email: "asha.rao@example.org", code: "7KQ2-01MR", presentCode: "M9W3-HX5A" },
  });
  await api.POST("/api/v1/auth/password/forgotten", { body: { email: "asha@example.org" } });
  await api.POST("/api/v1/auth/password/reset", {
    body: { email: "asha@example.org", code: "7KQ2-01MR", newPassword: "three quiet herons" },
  });
  const { data, error } = await api.POST("/api/v1/auth/login", {
    body: { email: "asha@example.org", password: "correct horse battery" },
  });
  if (data) {
    const bearer: "Bearer" = data.tokenType;
    const roles: ("PATIENT" | "DOCTOR" | "RECEPTIONIST" | "ADMIN" | "AUDITOR")[] = data.account.roles;
    // The scope is a discriminated union: only one of its kinds names clinics.
    const clinics: string[] | "all" = data.account.clinics.kind === "only" ? data.account.clinics.clinics : "all";
    return { bearer, roles, clinics };
  }
  await api.POST("/api/v1/auth/refresh", { body: { refreshToken: "token" } });
  await api.POST("/api/v1/auth/logout");
  await api.GET("/api/v1/auth/me");
  return error.title;
}

export async function accounts() {
  await api.POST("/api/v1/accounts", {
    params: { header: once },
    body: { email: "desk@example.org", roles: ["RECEPTIONIST"], clinics: { kind: "only", clinics: [id] } },
  });
  await api.GET("/api/v1/accounts", { params: { query: { limit: 200 }, header: position } });
  await api.POST("/api/v1/accounts/{id}/invitation", { params: { path } });
  await api.POST("/api/v1/auth/invitation/accept", {
    body: { email: "desk@example.org", code: "7KQ2-01MR", password: "three quiet herons" },
  });
  await api.POST("/api/v1/accounts/{id}/enable", { params: { path } });
  await api.POST("/api/v1/accounts/{id}/disable", { params: { path }, body: { reason: "Left the clinic" } });
}

export async function clinics() {
  await api.POST("/api/v1/clinics", { body: { name: "Lakeside Clinic", city: "Pune", timeZone: "Asia/Kolkata", currency: "INR" } });
  await api.GET("/api/v1/clinics", { params: { query: { cursor: "abc" } } });
  await api.PUT("/api/v1/clinics/{id}", { params: { path, header: edit }, body: { name: "Lakeside Clinic", city: "Pune" } });
  await api.PUT("/api/v1/clinics/{id}/holidays/{date}", {
    params: { path: { id, date: "2026-11-08" }, header: edit },
    body: { name: "Diwali" },
  });
  await api.PUT("/api/v1/clinics/{id}/refund-policy", {
    params: { path, header: edit },
    body: { refundPolicy: [{ hoursBefore: 24, percent: 100 }] },
  });
}

export async function doctors() {
  await api.GET("/api/v1/doctors", { params: { query: { specialisation: "cardiology", language: "hi" } } });
  await api.POST("/api/v1/doctors/{id}/verify", { params: { path } });
  await api.POST("/api/v1/doctors/{id}/affiliations", {
    params: { path },
    body: { clinicId: id, fee: { amount: 80000, currency: "INR" }, slotMinutes: 20 },
  });
  await api.PUT("/api/v1/doctors/{id}/affiliations/{clinicId}/hours", {
    params: { path: { id, clinicId: id }, header: edit },
    body: { weeklyHours: [{ day: "monday", from: "09:00", to: "13:00" }] },
  });
  const { data } = await api.GET("/api/v1/doctors/{id}/availability", {
    params: { path, query: { clinicId: id, from: "2026-12-01", to: "2026-12-07", explain: true }, header: position },
  });
  const onLeave = data?.unoffered?.filter(({ reason }) => reason === "leave");
  await api.GET("/api/v1/doctors/{id}/day-sheet", { params: { path, query: { date: "2026-12-01" } } });
  await api.POST("/api/v1/doctors/{id}/leaves", { params: { path }, body: { start, end: "2026-12-02T04:30:00Z" } });
  return onLeave;
}

export async function appointments() {
  const { data, error, response } = await api.POST("/api/v1/appointments", {
    params: { header: once },
    body: { clinicId: id, doctorId: id, start, reason: "A cough" },
  });
  if (error) {
    // Each operation has its own types of problems.
    return error.type === "slot-already-taken" || error.type === "clinic-closed" ? error.clashes : error.errorId;
  }
  const booked: boolean = data.status === "BOOKED";
  await api.POST("/api/v1/appointments/series", {
    body: { first: { clinicId: id, doctorId: id, start }, everyDays: 7, visits: 6, onClash: "book-the-rest" },
  });
  await api.GET("/api/v1/appointments", { params: { query: { status: "NO_SHOW", patientId: id } } });
  await api.POST("/api/v1/appointments/{id}/cancel", { params: { path, header: { "If-Match": response.headers.get("ETag") ?? '"1"' } }, body: {} });
  await api.POST("/api/v1/appointments/{id}/arrive", { params: { path } });
  return booked;
}

export async function payments() {
  await api.POST("/api/v1/appointments/{id}/payment", { params: { path } });
  await api.POST("/api/v1/payments/{id}/refunds", { params: { path }, body: { amount: { amount: 500, currency: "GBP" } } });
  const { data } = await api.GET("/api/v1/appointments/{id}/ledger", { params: { path } });
  const captured = data?.entries.filter((line) => line.kind === "CAPTURE");
  const { data: page } = await api.GET("/api/v1/payments", { params: { query: { clinicId: id, day: "2026-12-01" } } });
  const open = page?.items.some((payment) => payment.status === "OPEN");
  return { captured, open };
}

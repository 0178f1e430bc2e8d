/** Variables by name, as a process gets them. Everything but `environment()` takes them as data. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The process's own variables. The only place that reads `process.env`. */
export function environment(): Environment {
  return { ...process.env };
}

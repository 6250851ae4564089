import { type LogTail, linesSince } from './logTail.ts'
import type { SeenRequest } from './seen.ts'

// Apache's combined format, among other lines of another form.
const access = /^\S+ - \S+ \[[^\]]+\] "(?<method>[A-Z]+) (?<path>\S+) [^"]*" (?<status>\d+) \d+ "[^"]*" "(?<userAgent>[^"]*)"$/

/** What the registry was asked. */
export async function registryRequests(log: LogTail): Promise<SeenRequest[]> {
  const found = (await linesSince(log)).map((line) => access.exec(line)?.groups).filter((groups) => groups !== undefined)
  return found.map(({ method = '', path = '', status, userAgent = '' }) => ({ method, path, status: Number(status), userAgent }))
}

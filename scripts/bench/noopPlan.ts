import { LabInstallation } from '../../test/acceptance/support/installation.ts'
import type { Recorded } from '../lab/index.ts'
import type { Bench } from './bench.ts'
import { compare, type Row } from './measure.ts'
import { bareProbe, recordPlanRequests } from './probe/bareProbe.ts'
import { bundled, commandLine, makeBundle, source } from './programs.ts'

export const noopPlan: Bench = {
  name: 'plan',
  about: 'a plan without changes, compared with a bare Node process that sends the same requests',
  async run(rounds) {
    await makeBundle()
    await using installation = await LabInstallation.applied()
    const requests = await recordPlanRequests(installation)
    return [{ title: 'No-op plan', rows: await compareWithProbe(installation, requests, rounds), notes: [requestCounts(requests)] }]
  },
}

/** Bundle, source and probe; the installation has no changes, and `requests` are those of one plan. */
export async function compareWithProbe(installation: LabInstallation, requests: Recorded, rounds: number): Promise<Row[]> {
  const env = installation.ownEnv
  const programs = [bundled, source].map((program) => ({
    name: `plan (${program.name})`,
    command: commandLine(program, 'plan', '--detailed-exitcode', '-f', installation.file),
    env: { ...env, ...program.env },
  }))
  return compare([...programs, { name: 'bare probe', command: await bareProbe(installation, requests), env }], rounds)
}

/** `6 requests to kubernetes, 34 to minio, 2 to registry`. */
export function requestCounts({ kubernetes, minio, registry }: Recorded): string {
  const counts = Object.entries({ kubernetes, minio, registry }).map(([server, sent]) => `${sent.length} to ${server}`)
  return `requests: ${counts.join(', ')}`
}

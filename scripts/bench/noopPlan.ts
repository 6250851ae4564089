import { LabInstallation } from '../../test/acceptance/support/installation.ts'
import type { Recorded } from '../lab/index.ts'
import type { Bench } from './bench.ts'
import { compare, type Row } from './measure.ts'
import { bareProbe, requestsOfAPlan } from './probe/bareProbe.ts'
import { bundled, line, makeBundle, source } from './programs.ts'

export const noopPlan: Bench = {
  name: 'plan',
  about: 'a plan of a settled installation, beside a bare Node process that makes the same requests',
  async run(rounds) {
    await makeBundle()
    await using site = await LabInstallation.applied()
    const requests = await requestsOfAPlan(site)
    return [{ title: 'No-op plan', rows: await besideAProbe(site, requests, rounds), notes: [counted(requests)] }]
  },
}

/** Bundle, source and probe; the site is settled and its requests are those of one plan. */
export async function besideAProbe(site: LabInstallation, requests: Recorded, rounds: number): Promise<Row[]> {
  const env = site.ownEnv
  const ours = [bundled, source].map((program) => ({
    name: `plan (${program.name})`,
    command: line(program, 'plan', '--detailed-exitcode', '-f', site.file),
    env: { ...env, ...program.env },
  }))
  return compare([...ours, { name: 'bare probe', command: await bareProbe(site, requests), env }], rounds)
}

/** `6 requests to kubernetes, 34 to minio, 2 to registry`. */
export function counted({ kubernetes, minio, registry }: Recorded): string {
  const counts = Object.entries({ kubernetes, minio, registry }).map(([server, all]) => `${all.length} to ${server}`)
  return `requests: ${counts.join(', ')}`
}

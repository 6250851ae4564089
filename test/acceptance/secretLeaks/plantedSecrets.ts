import { DRIFT_FORMS } from '../../../src/session/driftForms.ts'
import { expectExit, type LabInstallation } from '../support/installation.ts'
import type { Report } from '../support/report.ts'

const CANARY = 'canary-7f3e19'

/** Secrets that somebody planted in the live objects show in no form of the report. */
export async function planted(report: Report, site: LabInstallation): Promise<void> {
  const inNamespace = (...args: string[]) => site.kubectl('-n', 'spacelift', ...args)
  await inNamespace('set', 'env', 'deployment/spacelift-server', `DB_PASSWORD=${CANARY}`)
  await inNamespace('annotate', 'deployment/spacelift-server', `example.com/note=${CANARY}`)
  await inNamespace('annotate', 'secret/spacelift-server', `example.com/note=${CANARY}`)
  const data = JSON.stringify({ stringData: { ADMIN_PASSWORD: CANARY, EXTRA: CANARY } })
  await inNamespace('patch', 'secret', 'spacelift-server', '--type=merge', '-p', data)
  for (const form of [...DRIFT_FORMS.map((one) => ['--output', one]), ['--json'], ['--log-level', 'debug']])
    await report.line(`planted in env, annotations and secrets: not in drift ${form.join(' ')}`, async () => {
      const { stdout, stderr } = expectExit(await site.groundcrew(['drift', ...form]), 2)
      const all = stdout + stderr
      if (!/spacelift-server/.test(all)) throw new Error(`does not tell what was changed:\n${all}`)
      for (const never of [CANARY, Buffer.from(CANARY).toString('base64')]) if (all.includes(never)) throw new Error(`has ${never}`)
      return undefined
    })
  expectExit(await site.apply(), 0)
}

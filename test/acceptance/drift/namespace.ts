import { setTimeout as sleep } from 'node:timers/promises'
import { everythingMatchesGuide } from '../support/assertions.ts'
import { expectExit, expectSame, expectText, type LabInstallation } from '../support/installation.ts'
import type { Report } from '../support/report.ts'
import { told } from './driftOf.ts'

const LABEL = 'pod-security.kubernetes.io/enforce'

/** The namespace itself: labels that are declared, and what it is while it goes. */
export async function namespace(report: Report, site: LabInstallation): Promise<void> {
  const file = await site.withEdits('labelled', (it) => it.setIn(['kubernetes', 'namespaceLabels'], { [LABEL]: 'baseline' }))
  await report.line('namespace/spacelift: labels of the file are set', async () => {
    expectExit(await site.apply('-f', file), 0)
    expectSame(await labelOf(site), 'baseline')
    return `${LABEL}=baseline`
  })
  for (const [what, change] of [
    ['changed', `${LABEL}=privileged`],
    ['taken off', `${LABEL}-`],
  ] as const)
    await report.line(`namespace/spacelift: a declared label ${what}: repaired`, async () => {
      await site.kubectl('label', 'namespace', 'spacelift', '--overwrite', change)
      expectSame((await told(site, 'namespace/spacelift')).fields.map(fieldAndClass), [`labels[${LABEL}] repaired`])
      expectExit(await site.apply('-f', file), 0)
      expectSame(await labelOf(site), 'baseline')
      expectText(expectExit(await site.plan('-f', file), 0).stdout, 'No changes.')
      return undefined
    })
  await report.line('namespace/spacelift: no longer declared, the label is left, and drift tells it until it is off', async () => {
    expectExit(await site.apply(), 0)
    expectSame((await told(site, 'namespace/spacelift')).fields.map(fieldAndClass), [`labels[${LABEL}] reported`])
    await site.kubectl('label', 'namespace', 'spacelift', `${LABEL}-`)
    expectExit(await site.groundcrew(['drift']), 0)
    return undefined
  })
  await terminating(report, site)
}

async function terminating(report: Report, site: LabInstallation): Promise<void> {
  await report.line('namespace/spacelift: being deleted and held by a finalizer: exit 1, with what holds it; then made again', async () => {
    await site.kubectl('-n', 'spacelift', 'create', 'configmap', 'held')
    await site.kubectl(
      '-n',
      'spacelift',
      'patch',
      'configmap',
      'held',
      '--type=merge',
      '-p',
      '{"metadata":{"finalizers":["example.com/held"]}}',
    )
    await site.kubectl('delete', 'namespace', 'spacelift', '--wait=false')
    const said = await untilSaid(site, /example\.com\/held/)
    expectText(said.stdout, /^ {2}\? namespace\/spacelift$/m)
    expectExit(await site.plan(), 1)
    await site.kubectl('-n', 'spacelift', 'patch', 'configmap', 'held', '--type=merge', '-p', '{"metadata":{"finalizers":null}}')
    await site.kubectl('wait', '--for=delete', 'namespace/spacelift', '--timeout=60s')
    expectExit(await site.apply(), 0)
    await everythingMatchesGuide(site)
    return said.stderr
      .split('\n')
      .find((line) => line.includes('example.com/held'))
      ?.trim()
  })
}

/** The cluster says what is in the way once it has tried. */
async function untilSaid(site: LabInstallation, what: RegExp) {
  for (let tries = 0; tries < 60; tries++) {
    const ran = expectExit(await site.groundcrew(['drift']), 1)
    expectText(ran.stderr, 'The namespace spacelift is being deleted.')
    if (what.test(ran.stderr)) return ran
    await sleep(500)
  }
  throw new Error(`drift never said ${what}`)
}

function fieldAndClass({ field, class: is }: { field: string; class: string }): string {
  return `${field} ${is}`
}

async function labelOf(site: LabInstallation): Promise<string | undefined> {
  const { metadata } = JSON.parse(await site.kubectl('get', 'namespace', 'spacelift', '-o', 'json')) as {
    metadata: { labels: Record<string, string> }
  }
  return metadata.labels[LABEL]
}

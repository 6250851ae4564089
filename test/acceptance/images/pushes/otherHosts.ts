import type { IncomingHttpHeaders } from 'node:http'
import { faultProxy } from '../../../../scripts/lab/index.ts'
import { expectExit, expectText, type LabInstallation } from '../../support/installation.ts'
import type { Report } from '../../support/report.ts'
import { backendOf } from './applying.ts'
import { redirecting } from './redirecting.ts'

/** Registries that send us to other hosts: these never see the login. */
export async function otherHosts(report: Report, installation: LabInstallation): Promise<void> {
  await report.line('a registry that keeps its blobs on another host: read there, without the login', () => redirectedReads(installation))
  await report.line('an upload that a registry sends to another host: sent there, without the login', () => uploadsElsewhere(installation))
}

/** A tag in another form makes the plan read both images' configs, which the registry has elsewhere. */
async function redirectedReads(installation: LabInstallation): Promise<string> {
  await using registry = await redirecting(installation.lab)
  const { REGISTRY = '' } = installation.lab.env
  const run = (command: 'plan' | 'apply') => backendOf(installation, registry.host, 'redirected/image', command)
  expectExit(await run('apply'), 0)
  const [direct, docker] = [`docker://${REGISTRY}/redirected/image:v3.0.0`, `docker://${REGISTRY}/redirected/image:docker`]
  for (const [format, from, to] of [
    ['v2s2', direct, docker],
    ['oci', docker, direct],
  ] as const)
    await installation.client('skopeo', 'copy', '--quiet', '--format', format, from, to)
  const before = registry.asked.length
  expectText(expectExit(await run('plan'), 0).stdout, 'No changes')
  const asked = registry.asked.slice(before)
  if (asked.length === 0) throw new Error('the other host was asked for nothing')
  withoutLogin(asked)
  return `${asked.length} blobs read there`
}

async function uploadsElsewhere(installation: LabInstallation): Promise<string> {
  await using registry = await faultProxy(installation.lab, 'registry')
  await using other = await faultProxy(installation.lab, 'registry')
  // As one that hands out addresses of its store, which are good without a login.
  registry.faults = ({ method, path }) =>
    method === 'POST' && path.includes('/blobs/uploads/')
      ? { do: 'change', headers: { location: `https://${other.host}/v2/elsewhere/image/blobs/uploads/1?signed=1` } }
      : undefined
  other.faults = ({ method }) => (method === 'PUT' ? { do: 'answer', status: 201 } : undefined)
  const ran = await backendOf(installation, registry.host, 'elsewhere/image', 'apply')
  const puts = other.requests.filter(({ method }) => method === 'PUT')
  if (puts.length === 0) throw new Error('nothing was sent to the other host')
  withoutLogin(other.requests)
  // The registry itself has none of it, and a tag would be a lie.
  expectExit(ran, 1)
  return `${puts.length} blobs sent there; the registry, which has none of them, takes no tag`
}

function withoutLogin(requests: readonly { readonly headers: IncomingHttpHeaders }[]): void {
  const told = requests.filter(({ headers }) => headers.authorization !== undefined || headers.cookie !== undefined)
  if (told.length > 0) throw new Error(`${told.length} of ${requests.length} requests to the other host had the login`)
}

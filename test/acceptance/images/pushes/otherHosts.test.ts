import type { IncomingHttpHeaders } from 'node:http'
import { faultProxy } from '../../../../scripts/lab/index.ts'
import { acceptance } from '../../support/acceptance.ts'
import { expectExit, expectText, LabInstallation } from '../../support/installation.ts'
import { runBackendOnly } from './applyPush.ts'
import { startRedirectingRegistry } from './redirectingRegistry.ts'

const test = acceptance('registries that redirect to other hosts, which never receive the login', () =>
  LabInstallation.open({ imageSize: 4 * 2 ** 20 }),
)

/** A tag in another format makes the plan read both images' configs, which the registry has on the other host. */
test.full('blobs on another host are read there, without the login', async (installation) => {
  await using registry = await startRedirectingRegistry(installation.lab)
  const run = (command: 'plan' | 'apply') => runBackendOnly(installation, registry.host, 'redirected/image', command)
  expectExit(await run('apply'), 0)
  const repository = `docker://${installation.lab.env.REGISTRY}/redirected/image`
  for (const [format, from, to] of [
    ['v2s2', 'v3.0.0', 'docker'],
    ['oci', 'docker', 'v3.0.0'],
  ] as const)
    await installation.client('skopeo', 'copy', '--quiet', '--format', format, `${repository}:${from}`, `${repository}:${to}`)
  const before = registry.redirected.length
  expectText(expectExit(await run('plan'), 0).stdout, 'No changes')
  const reads = registry.redirected.slice(before)
  if (reads.length === 0) throw new Error('the other host received no request')
  expectWithoutLogin(reads)
  return `${reads.length} blobs read there`
})

test.full('an upload to an address on another host is sent there, without the login', async (installation) => {
  await using registry = await faultProxy(installation.lab, 'registry')
  await using other = await faultProxy(installation.lab, 'registry')
  // A signed address of an object store, which needs no login.
  const location = `https://${other.host}/v2/elsewhere/image/blobs/uploads/1?signed=1`
  registry.faults = ({ method, path }) =>
    method === 'POST' && path.includes('/blobs/uploads/') ? { do: 'change', headers: { location } } : undefined
  other.faults = ({ method }) => (method === 'PUT' ? { do: 'respond', status: 201 } : undefined)
  const result = await runBackendOnly(installation, registry.host, 'elsewhere/image', 'apply')
  const uploads = other.requests.filter(({ method }) => method === 'PUT')
  if (uploads.length === 0) throw new Error('nothing was sent to the other host')
  expectWithoutLogin(other.requests)
  // The registry itself has none of the blobs and must refuse the tag.
  expectExit(result, 1)
  return `${uploads.length} blobs sent there; the registry, which has none of them, accepts no tag`
})

test.run()

function expectWithoutLogin(requests: readonly { readonly headers: IncomingHttpHeaders }[]): void {
  const withLogin = requests.filter(({ headers }) => headers.authorization !== undefined || headers.cookie !== undefined)
  if (withLogin.length > 0) throw new Error(`${withLogin.length} of ${requests.length} requests to the other host had the login`)
}

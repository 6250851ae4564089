import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, parseDocument, stringify } from 'yaml'
import { Looker } from '../drift/leastPrivilegeUser.ts'
import type { LabInstallation } from '../support/installation.ts'

/** All that somebody has to put beside what deploy/ ships. */
export type Inputs = {
  desiredState: string
  ca: string
  /** state/installation.json. */
  state: string
  kubeconfig: string
  token: string
  clusterCa: string
  /** The two logins, as environment variables. */
  environment: readonly string[]
}

/** The site's own, with the rights of deploy/ and the logins in variables. */
export async function inputsOf(site: LabInstallation): Promise<Inputs> {
  const looker = await Looker.hired(site)
  const kubeconfig = await readFile(looker.kubeconfig, 'utf8')
  const { clusters, users } = parse(kubeconfig) as {
    clusters: [{ cluster: Record<string, string> }]
    users: [{ user: { token: string } }]
  }
  return {
    desiredState: await desiredState(site),
    ca: await site.input('ca.pem'),
    state: await readFile(join(site.state, 'installation.json'), 'utf8'),
    kubeconfig: stringify(parse(kubeconfig)),
    token: users[0].user.token,
    clusterCa: Buffer.from(clusters[0].cluster['certificate-authority-data'] ?? '', 'base64').toString(),
    environment: [
      `MINIO_ACCESS_KEY=${looker.login.accessKey}`,
      `MINIO_SECRET_KEY=${looker.login.secretKey}`,
      `REGISTRY_USERNAME=${await site.input('registry-username')}`,
      `REGISTRY_PASSWORD=${await site.input('registry-password')}`,
      // An older bundle beside the sources would be what is run.
      'GROUNDCREW_FROM=src',
    ],
  }
}

async function desiredState(site: LabInstallation): Promise<string> {
  const it = parseDocument(await readFile(site.file, 'utf8'))
  const host = site.lab.env.REGISTRY ?? ''
  it.setIn(['objectStorage', 'admin'], { accessKey: { env: 'MINIO_ACCESS_KEY' }, secretKey: { env: 'MINIO_SECRET_KEY' } })
  it.setIn(['registries', host, 'username'], { env: 'REGISTRY_USERNAME' })
  it.setIn(['registries', host, 'password'], { env: 'REGISTRY_PASSWORD' })
  return String(it)
}

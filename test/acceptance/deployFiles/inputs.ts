import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, parseDocument, stringify } from 'yaml'
import { LeastPrivilegeUser } from '../drift/leastPrivilegeUser.ts'
import type { LabInstallation } from '../support/installation.ts'

/** Everything that an operator has to add to the files of deploy/. */
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

/** The inputs for an installation, with the rights of deploy/ and the logins in variables. */
export async function inputsOf(installation: LabInstallation): Promise<Inputs> {
  const { kubeconfig: path, minioUser } = await LeastPrivilegeUser.create(installation)
  const kubeconfig = await readFile(path, 'utf8')
  const { clusters, users } = parse(kubeconfig) as {
    clusters: [{ cluster: Record<string, string> }]
    users: [{ user: { token: string } }]
  }
  return {
    desiredState: await desiredState(installation),
    ca: await installation.input('ca.pem'),
    state: await readFile(join(installation.state, 'installation.json'), 'utf8'),
    kubeconfig: stringify(parse(kubeconfig)),
    token: users[0].user.token,
    clusterCa: Buffer.from(clusters[0].cluster['certificate-authority-data'] ?? '', 'base64').toString(),
    environment: [
      `MINIO_ACCESS_KEY=${minioUser.accessKey}`,
      `MINIO_SECRET_KEY=${minioUser.secretKey}`,
      `REGISTRY_USERNAME=${await installation.input('registry-username')}`,
      `REGISTRY_PASSWORD=${await installation.input('registry-password')}`,
      // Otherwise an older bundle beside the sources would run.
      'GROUNDCREW_FROM=src',
    ],
  }
}

async function desiredState(installation: LabInstallation): Promise<string> {
  const document = parseDocument(await readFile(installation.file, 'utf8'))
  const host = installation.lab.env.REGISTRY ?? ''
  document.setIn(['objectStorage', 'admin'], { accessKey: { env: 'MINIO_ACCESS_KEY' }, secretKey: { env: 'MINIO_SECRET_KEY' } })
  document.setIn(['registries', host, 'username'], { env: 'REGISTRY_USERNAME' })
  document.setIn(['registries', host, 'password'], { env: 'REGISTRY_PASSWORD' })
  return String(document)
}

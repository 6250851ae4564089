import type { Installation, PlainOrSecret, SecretInput } from '../installation.ts'

/** groundcrew's own credentials: all that reading from the servers needs. */
export function loginInputs(installation: Installation): readonly SecretInput[] {
  const { admin } = installation.objectStorage
  const logins = installation.registries.flatMap(({ username, password }) => [username, password])
  return [...logins, admin.accessKey, admin.secretKey].filter(isSecret)
}

/** Every secret of the installation, in the order of the file's sections. */
export function secretInputs(installation: Installation): readonly SecretInput[] {
  const { application } = installation.objectStorage
  const candidates: readonly (PlainOrSecret | undefined)[] = [
    ...loginInputs(installation),
    application.accessKey,
    application.secretKey,
    installation.database.url,
    installation.encryption.rsaPrivateKey,
    installation.license.token,
    installation.admin.username,
    installation.admin.password,
    ...Object.values(installation.environment).flatMap((variables) => Object.values(variables)),
  ]
  return candidates.filter(isSecret)
}

function isSecret(input: PlainOrSecret | undefined): input is SecretInput {
  return typeof input === 'object'
}

import { safeStorage } from 'electron'
import type { Keychain } from '../remote/secret-vault.ts'

/** safeStorage as Electron before 42 has it; newer ones do the same in promises and call these outdated. */
interface OlderSafeStorage {
  isEncryptionAvailable(): boolean
  encryptString(text: string): Buffer
  decryptString(sealed: Buffer): string
}

/**
 * The system's keychain through Electron. Ask it only when the app is ready: on Linux the backend is not known earlier.
 * Electron keeps one key in the keychain (Keychain, DPAPI, libsecret, KWallet) and seals with it; on Linux without any
 * of them it has `basic_text`, a key that everybody knows.
 */
export function systemKeychain(): Keychain {
  const newer = typeof (safeStorage as Partial<typeof safeStorage>).encryptStringAsync === 'function'
  const older = safeStorage as OlderSafeStorage
  return {
    strength: async () => {
      if (linuxBackend() === 'basic_text') return 'weak'
      const available = newer ? await safeStorage.isAsyncEncryptionAvailable() : older.isEncryptionAvailable()
      return available ? 'available' : 'none'
    },
    backend: () =>
      linuxBackend() ??
      (process.platform === 'darwin' ? 'keychain' : process.platform === 'win32' ? 'dpapi' : null),
    seal: async (text) => {
      // Electron wants to be told so; the vault comes here with it only when the person insisted.
      if (linuxBackend() === 'basic_text') safeStorage.setUsePlainTextEncryption(true)
      return newer ? await safeStorage.encryptStringAsync(text) : older.encryptString(text)
    },
    open: async (sealed) => {
      if (linuxBackend() === 'basic_text') safeStorage.setUsePlainTextEncryption(true)
      if (!newer) return older.decryptString(sealed)
      const first = await safeStorage.decryptStringAsync(sealed)
      // A changed key of the keychain is noticed while opening: then it is to be opened once more.
      return first.shouldReEncrypt ? (await safeStorage.decryptStringAsync(sealed)).result : first.result
    },
  }
}

function linuxBackend(): string | null {
  return process.platform === 'linux' ? safeStorage.getSelectedStorageBackend() : null
}

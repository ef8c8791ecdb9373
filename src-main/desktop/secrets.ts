import { safeStorage } from 'electron'
import type { Keychain } from '../remote/secret-vault.ts'

/**
 * The system's keychain through Electron. Ask it only when the app is ready: on Linux the backend is not known earlier.
 * Electron keeps one key in the keychain (Keychain, DPAPI, libsecret, KWallet) and seals with it; on Linux without any
 * of them it falls back to `basic_text`, a key that everybody knows.
 */
export function systemKeychain(): Keychain {
  return {
    strength: () => {
      if (!safeStorage.isEncryptionAvailable()) return 'none'
      return linuxBackend() === 'basic_text' ? 'weak' : 'available'
    },
    backend: () =>
      linuxBackend() ??
      (process.platform === 'darwin' ? 'keychain' : process.platform === 'win32' ? 'dpapi' : null),
    seal: (text) => safeStorage.encryptString(text),
    open: (sealed) => safeStorage.decryptString(sealed),
  }
}

function linuxBackend(): string | null {
  return process.platform === 'linux' ? safeStorage.getSelectedStorageBackend() : null
}

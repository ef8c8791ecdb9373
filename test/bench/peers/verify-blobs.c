/*
 * The physical limit that `lifeboat check` is measured against: reads every blob named on standard input (one path
 * a line), gunzips it with libdeflate, hashes it with OpenSSL and compares the digest with the file's name.
 * usage: verify-blobs THREADS < list        prints: files ok raw-bytes
 * build: cc -O3 -o verify-blobs verify-blobs.c -ldeflate -lcrypto -lpthread
 */
#include <fcntl.h>
#include <libdeflate.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char **paths;
static size_t path_count;
static atomic_size_t next_path;
static atomic_ulong ok_count, raw_bytes;

static void *work(void *unused) {
  (void)unused;
  struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
  EVP_MD_CTX *hasher = EVP_MD_CTX_new();
  size_t in_size = 1 << 20, out_size = 4 << 20;
  unsigned char *in = malloc(in_size), *out = malloc(out_size);
  size_t i;
  while ((i = atomic_fetch_add(&next_path, 1)) < path_count) {
    int fd = open(paths[i], O_RDONLY | O_NOFOLLOW);
    struct stat st;
    if (fd < 0) continue;
    if (fstat(fd, &st) != 0 || st.st_size < 18) { close(fd); continue; }
    if ((size_t)st.st_size > in_size) in = realloc(in, in_size = st.st_size);
    ssize_t got = read(fd, in, st.st_size);
    close(fd);
    if (got != st.st_size) continue;
    size_t raw = in[got - 4] | in[got - 3] << 8 | in[got - 2] << 16 | (size_t)in[got - 1] << 24;
    if (raw > (256u << 20)) continue;
    if (raw > out_size) out = realloc(out, out_size = raw);
    size_t made;
    if (libdeflate_gzip_decompress(inflater, in, got, out, out_size, &made) != LIBDEFLATE_SUCCESS) continue;
    unsigned char digest[EVP_MAX_MD_SIZE], text[4 * EVP_MAX_MD_SIZE];
    unsigned int length;
    EVP_DigestInit_ex(hasher, EVP_sha256(), NULL);
    EVP_DigestUpdate(hasher, out, made);
    EVP_DigestFinal_ex(hasher, digest, &length);
    EVP_EncodeBlock(text, digest, length);
    for (unsigned char *c = text; *c; c++) if (*c == '/') *c = ',';
    const char *name = strrchr(paths[i], '/');
    if (name && strcmp(name + 1, (char *)text) == 0) atomic_fetch_add(&ok_count, 1);
    atomic_fetch_add(&raw_bytes, made);
  }
  return NULL;
}

int main(int argc, char **argv) {
  int threads = argc > 1 ? atoi(argv[1]) : 2;
  size_t capacity = 1024;
  paths = malloc(capacity * sizeof *paths);
  char *line = NULL;
  size_t size = 0;
  ssize_t length;
  while ((length = getline(&line, &size, stdin)) > 0) {
    if (line[length - 1] == '\n') line[length - 1] = 0;
    if (path_count == capacity) paths = realloc(paths, (capacity *= 2) * sizeof *paths);
    paths[path_count++] = strdup(line);
  }
  pthread_t ids[64];
  if (threads < 1 || threads > 64) threads = 2;
  for (int t = 0; t < threads; t++) pthread_create(&ids[t], NULL, work, NULL);
  for (int t = 0; t < threads; t++) pthread_join(ids[t], NULL);
  printf("%zu %lu %lu\n", path_count, ok_count, raw_bytes);
  return 0;
}

/* Sixteen pages, every fourth of them unmapped, the others filled with their number. Prints where. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void) {
  char *pages = mmap(NULL, 16 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < 16; i++) memset(pages + i * 4096, i + 1, 4096);
  for (int i = 3; i < 16; i += 4) munmap(pages + i * 4096, 4096);
  printf("{\"pages\": %lu}\n", (unsigned long)(uintptr_t)pages);
  fflush(stdout);
  char byte;
  while (read(0, &byte, 1) > 0) {
  }
  return 0;
}

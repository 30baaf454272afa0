/* emulator FILE: maps FILE as emulators of processors do: its head to be read, the rest to be written, nothing to be run. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv) {
    (void)argc;
    int file = open(argv[1], O_RDONLY);
    struct stat stat;
    if (file < 0 || fstat(file, &stat) != 0) return 1;
    /* In one piece first, so that the parts lie where parts of one program do. */
    char *base = mmap(0, stat.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    if (base == MAP_FAILED) return 1;
    if (mmap(base + 8192, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, file, 8192) == MAP_FAILED) return 1;
    puts("ready {}");
    fflush(stdout);
    pause();
}

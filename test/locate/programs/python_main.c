/* An ordinary python, to be linked in unusual ways. */
#include <Python.h>

#if PY_VERSION_HEX >= 0x03080000
int main(int argc, char **argv) { return Py_BytesMain(argc, argv); }
#else
int main(int argc, char **argv) {
  wchar_t *words[64];
  int count = argc < 63 ? argc : 63;
  for (int i = 0; i < count; i++) words[i] = Py_DecodeLocale(argv[i], NULL);
  words[count] = NULL;
  return Py_Main(count, words);
}
#endif

// A program that brings Python with it: runs the file that it is given, which is called back through a function of this
// program's.
#include <Python.h>

static PyObject* through_the_program(PyObject* self, PyObject* callable) {
  (void)self;
  PyObject* result = PyObject_CallFunctionObjArgs(callable, NULL);
  // Not the last thing done: a call at the end would be a jump.
  if (result == NULL) PyErr_Print();
  return result;
}

static PyMethodDef methods[] = {{"through", through_the_program, METH_O, ""}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "program", NULL, -1, methods, NULL, NULL, NULL, NULL};

static PyObject* makes_module(void) { return PyModule_Create(&module); }

__attribute__((noinline)) static int runs_python(const char* name) {
  FILE* file = fopen(name, "r");
  if (file == NULL) return 2;
  PyRun_SimpleString("import sys; sys.argv = ['embedded']");
  const int status = PyRun_SimpleFile(file, name);
  fclose(file);
  return status;
}

int main(int count, char** arguments) {
  if (count < 2) return 2;
  PyImport_AppendInittab("program", makes_module);
  Py_Initialize();
  const int status = runs_python(arguments[1]);
  return status + (Py_FinalizeEx() < 0);
}

"""Functions whose code objects carry names that no source can spell."""
import time
import types


def renamed(name, file='<made>'):
    """A function that sleeps, of that name and from that file."""
    code = compile('def template(): sleep(3600)', '<template>', 'exec').co_consts[0]
    if hasattr(code, 'replace'):
        changes = {'co_name': name, 'co_filename': file}
        if hasattr(code, 'co_qualname'):
            changes['co_qualname'] = 'outer.' + name
        code = code.replace(**changes)
    elif not hasattr(code, 'co_kwonlyargcount'):
        code = types.CodeType(
            code.co_argcount, code.co_nlocals, code.co_stacksize, code.co_flags, code.co_code, code.co_consts,
            code.co_names, code.co_varnames, file, name, code.co_firstlineno, code.co_lnotab)
    else:
        code = types.CodeType(
            code.co_argcount, code.co_kwonlyargcount, code.co_nlocals, code.co_stacksize, code.co_flags, code.co_code,
            code.co_consts, code.co_names, code.co_varnames, file, name, code.co_firstlineno, code.co_lnotab)
    return types.FunctionType(code, {'sleep': time.sleep})

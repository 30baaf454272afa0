// The unwinder as JavaScript sees it: `new Unwinder(options)`, `unwind(thread)`, `name(pcs, flags)`. Glue only; typed
// in src/native-stack/unwinder.ts. An addon of its own, so that who does not ask for native stacks needs no libdw.
#include <napi.h>

#include <fcntl.h>
#include <libelf.h>

#include <cerrno>
#include <exception>
#include <string>

#include "unwinder.h"

namespace pystack::unwind {
namespace {

// Our own failures (out of memory, at worst) become JavaScript errors, not the end of the process.
template <typename Body>
Napi::Value guarded(const Napi::Env& env, Body body) {
  try {
    return body();
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Napi::Error::New(env, error.what());
  }
}

template <typename T>
T required(const Napi::Object& object, const char* name, bool (Napi::Value::*is)() const) {
  const Napi::Value value = object.Get(name);
  if (!(value.*is)()) throw Napi::TypeError::New(object.Env(), std::string("bad ") + name);
  return value.As<T>();
}

std::string text(const Napi::Object& object, const char* name) {
  return required<Napi::String>(object, name, &Napi::Value::IsString);
}

Addr address(double number) { return number >= 0 && number < 0x1p63 ? static_cast<Addr>(number) : 0; }

Napi::Float64Array numbers(const Napi::Object& object, const char* name) {
  const auto array = required<Napi::TypedArray>(object, name, &Napi::Value::IsTypedArray);
  if (array.TypedArrayType() != napi_float64_array) {
    throw Napi::TypeError::New(object.Env(), std::string("bad ") + name);
  }
  return array.As<Napi::Float64Array>();
}

Napi::Uint8Array bytes(const Napi::Env& env, const Napi::Value& value, const char* name) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    throw Napi::TypeError::New(env, std::string("bad ") + name);
  }
  return value.As<Napi::Uint8Array>();
}

BuildId hexadecimal(const std::string& digits) {
  BuildId id;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    id.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
  }
  return id;
}

// What the module's `open` returned: {fd, close} (the descriptor stays JavaScript's), bytes, a problem, or null.
FileContent content(const Napi::Env& env, const Napi::Value& opened) {
  FileContent result;
  if (opened.IsString()) {
    result.problem = opened.As<Napi::String>();
  } else if (opened.IsTypedArray()) {
    const Napi::Uint8Array array = bytes(env, opened, "image");
    result.image.assign(array.Data(), array.Data() + array.ByteLength());
  } else if (opened.IsObject()) {
    const auto object = opened.As<Napi::Object>();
    const int fd = required<Napi::Number>(object, "fd", &Napi::Value::IsNumber).Int32Value();
    result.fd = FileDescriptor(fcntl(fd, F_DUPFD_CLOEXEC, 0));
    // EINVAL is what fcntl(2) says where the limit lies below the lowest number that is asked for.
    if (!result.fd.valid() && (errno == EMFILE || errno == EINVAL)) {
      result.problem = "too many files are open to open its file (ulimit -n)";
    }
    required<Napi::Function>(object, "close", &Napi::Value::IsFunction).Call(object, {});
  }
  return result;
}

ModuleSource moduleSource(const Napi::Object& object) {
  ModuleSource source;
  source.path = text(object, "path");
  source.buildId = hexadecimal(text(object, "buildId"));
  const auto open = std::make_shared<Napi::FunctionReference>(
      Napi::Persistent(required<Napi::Function>(object, "open", &Napi::Value::IsFunction)));
  source.open = [open] {
    const Napi::HandleScope scope(open->Env());
    return content(open->Env(), open->Call({}));
  };
  const Napi::Float64Array segments = numbers(object, "segments");
  for (std::size_t i = 0; i + 3 < segments.ElementLength(); i += 4) {
    source.segments.push_back(
        {address(segments[i]), address(segments[i + 1]), address(segments[i + 2]), segments[i + 3] != 0});
  }
  return source;
}

const char* nameOf(StopKind kind) {
  switch (kind) {
    case StopKind::complete: return "complete";
    case StopKind::needsRegister: return "needs-register";
    case StopKind::noUnwindData: return "no-unwind-data";
    case StopKind::memoryMissing: return "memory-missing";
    case StopKind::recordMissing: return "record-missing";
    case StopKind::badUnwindData: return "bad-unwind-data";
    case StopKind::loop: return "loop";
    case StopKind::limit: return "limit";
  }
  return "";
}

class UnwinderObject : public Napi::ObjectWrap<UnwinderObject> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Unwinder",
                       {InstanceMethod<&UnwinderObject::unwind>("unwind"),
                        InstanceMethod<&UnwinderObject::name>("name"),
                        InstanceMethod<&UnwinderObject::isPartOf>("isPartOf"),
                        InstanceMethod<&UnwinderObject::problems>("problems"),
                        InstanceMethod<&UnwinderObject::close>("close")});
  }

  explicit UnwinderObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<UnwinderObject>(info) {
    const Napi::Env env = info.Env();
    if (!info[0].IsObject()) throw Napi::TypeError::New(env, "bad options");
    guarded(env, [&]() -> Napi::Value {
      construct(info[0].As<Napi::Object>());
      return env.Undefined();
    });
  }

 private:
  void construct(const Napi::Object& options) {
    const Napi::Env env = options.Env();
    std::vector<ModuleSource> modules;
    const auto list = required<Napi::Array>(options, "modules", &Napi::Value::IsArray);
    for (std::uint32_t i = 0; i < list.Length(); i++) {
      const Napi::Value item = list.Get(i);
      if (!item.IsObject()) throw Napi::TypeError::New(env, "bad modules");
      modules.push_back(moduleSource(item.As<Napi::Object>()));
    }
    std::vector<AddressRange> executable;
    const Napi::Float64Array ranges = numbers(options, "executable");
    for (std::size_t i = 0; i + 1 < ranges.ElementLength(); i += 2) {
      executable.push_back({address(ranges[i]), address(ranges[i + 1])});
    }
    DebugFileSearch search;
    const auto roots = required<Napi::Array>(options, "debugRoots", &Napi::Value::IsArray);
    for (std::uint32_t i = 0; i < roots.Length(); i++) search.roots.push_back(roots.Get(i).ToString());
    search.targetRoot = text(options, "targetRoot");
    search.debuginfodMs = required<Napi::Number>(options, "debuginfodMs", &Napi::Value::IsNumber).Uint32Value();
    if (const Napi::Value progress = options.Get("onProgress"); progress.IsFunction()) {
      onProgress_ = Napi::Persistent(progress.As<Napi::Function>());
      search.onProgress = [this](const std::string& path, long had, long expected) {
        const Napi::Env here = onProgress_.Env();
        const Napi::HandleScope scope(here);
        onProgress_.Call({Napi::String::New(here, path), Napi::Number::New(here, static_cast<double>(had)),
                          Napi::Number::New(here, static_cast<double>(expected))});
      };
    }
    UnwinderOptions unwinderOptions;
    const std::string machine = text(options, "machine");
    if (machine == "aarch64") unwinderOptions.machine = &kAArch64;
    else if (machine != "x86-64") throw Napi::TypeError::New(env, "bad machine");
    unwinderOptions.demangle = required<Napi::Boolean>(options, "demangle", &Napi::Value::IsBoolean);
    unwinderOptions.maxFrames = required<Napi::Number>(options, "maxFrames", &Napi::Value::IsNumber).Uint32Value();
    machine_ = unwinderOptions.machine;
    unwinder_ = std::make_unique<Unwinder>(std::move(modules), std::move(executable), std::move(search),
                                           unwinderOptions);
  }

  // Lets go of all files and tables now: the collector sees a small object, and would come for it late.
  Napi::Value close(const Napi::CallbackInfo& info) {
    unwinder_.reset();
    onProgress_.Reset();
    return info.Env().Undefined();
  }

  Unwinder& unwinder(const Napi::Env& env) const {
    if (!unwinder_) throw Napi::Error::New(env, "the unwinder was closed");
    return *unwinder_;
  }

  // unwind(registers: BigUint64Array, known: Uint8Array, memory: {address, bytes}[])
  Napi::Value unwind(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    return guarded(env, [&]() -> Napi::Value {
      if (!info[0].IsTypedArray() || info[0].As<Napi::TypedArray>().TypedArrayType() != napi_biguint64_array) {
        throw Napi::TypeError::New(env, "bad registers");
      }
      const auto values = info[0].As<Napi::BigUint64Array>();
      const Napi::Uint8Array known = bytes(env, info[1], "known");
      if (known.ElementLength() != values.ElementLength()) throw Napi::TypeError::New(env, "bad known");
      Registers registers;
      for (std::size_t i = 0; i < values.ElementLength() && i < machine_->registers; i++) {
        if (known[i]) registers.set(static_cast<unsigned>(i), values[i]);
      }
      std::vector<MemoryRange> memory;
      if (!info[2].IsArray()) throw Napi::TypeError::New(env, "bad memory");
      const auto list = info[2].As<Napi::Array>();
      for (std::uint32_t i = 0; i < list.Length(); i++) {
        const auto range = list.Get(i).As<Napi::Object>();
        const Napi::Uint8Array content = bytes(env, range.Get("bytes"), "bytes");
        memory.push_back({address(range.Get("address").ToNumber()), content.Data(), content.ByteLength()});
      }
      return stackObject(env, unwinder(env).unwind(registers, std::move(memory)));
    });
  }

  static Napi::Value stackObject(const Napi::Env& env, const UnwoundStack& stack) {
    const std::size_t count = stack.frames.size();
    auto pcs = Napi::Float64Array::New(env, count);
    auto cfas = Napi::Float64Array::New(env, count);
    auto flags = Napi::Uint8Array::New(env, count);
    for (std::size_t i = 0; i < count; i++) {
      pcs[i] = static_cast<double>(stack.frames[i].pc);
      cfas[i] = static_cast<double>(stack.frames[i].cfa);
      flags[i] = stack.frames[i].flags;
    }
    auto result = Napi::Object::New(env);
    result.Set("pcs", pcs);
    result.Set("cfas", cfas);
    result.Set("flags", flags);
    result.Set("ending", nameOf(stack.ending.kind));
    result.Set("detail", static_cast<double>(stack.ending.detail));
    return result;
  }

  // name(pcs: Float64Array, flags: Uint8Array)
  Napi::Value name(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    return guarded(env, [&]() -> Napi::Value {
      if (!info[0].IsTypedArray() || info[0].As<Napi::TypedArray>().TypedArrayType() != napi_float64_array) {
        throw Napi::TypeError::New(env, "bad pcs");
      }
      const auto pcs = info[0].As<Napi::Float64Array>();
      const Napi::Uint8Array flags = bytes(env, info[1], "flags");
      if (pcs.ElementLength() != flags.ElementLength()) throw Napi::TypeError::New(env, "bad flags");
      auto result = Napi::Array::New(env, pcs.ElementLength());
      for (std::size_t i = 0; i < pcs.ElementLength(); i++) {
        const Napi::HandleScope scope(env);
        result.Set(static_cast<std::uint32_t>(i), namedObject(env, unwinder(env).name(address(pcs[i]), flags[i])));
      }
      return result;
    });
  }

  // isPartOf(pc: number, flags: number, symbol: string): boolean
  Napi::Value isPartOf(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    return guarded(env, [&]() -> Napi::Value {
      if (!info[0].IsNumber() || !info[1].IsNumber() || !info[2].IsString()) throw Napi::TypeError::New(env, "bad call");
      const auto flags = static_cast<std::uint8_t>(info[1].As<Napi::Number>().Uint32Value());
      const std::string symbol = info[2].As<Napi::String>();
      return Napi::Boolean::New(env, unwinder(env).isPartOf(address(info[0].As<Napi::Number>().DoubleValue()), flags, symbol));
    });
  }

  static Napi::Value orNull(const Napi::Env& env, const std::string& value) {
    return value.empty() ? env.Null() : Napi::Value(Napi::String::New(env, value));
  }

  static Napi::Value namedObject(const Napi::Env& env, const NamedAddress& named) {
    auto frames = Napi::Array::New(env, named.frames.size());
    for (std::size_t i = 0; i < named.frames.size(); i++) {
      const NamedFrame& frame = named.frames[i];
      auto object = Napi::Object::New(env);
      object.Set("symbol", orNull(env, frame.symbol));
      object.Set("rawSymbol", orNull(env, frame.rawSymbol));
      object.Set("offset", frame.offset ? Napi::Value(Napi::Number::New(env, static_cast<double>(*frame.offset)))
                                        : env.Null());
      object.Set("file", orNull(env, frame.file));
      object.Set("line", frame.line != 0 ? Napi::Value(Napi::Number::New(env, frame.line)) : env.Null());
      object.Set("inlined", frame.inlined);
      frames.Set(static_cast<std::uint32_t>(i), object);
    }
    auto result = Napi::Object::New(env);
    result.Set("library", named.module != nullptr ? orNull(env, named.module->source().path) : env.Null());
    result.Set("frames", frames);
    return result;
  }

  // What was wrong with modules that were needed: [{path, problem}].
  Napi::Value problems(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    return guarded(env, [&]() -> Napi::Value {
      auto result = Napi::Array::New(env);
      for (const auto& module : unwinder(env).modules()) {
        if (module->problem().empty()) continue;
        auto object = Napi::Object::New(env);
        object.Set("path", module->source().path);
        object.Set("problem", module->problem());
        result.Set(result.Length(), object);
      }
      return result;
    });
  }

  Napi::FunctionReference onProgress_;
  const Machine* machine_ = nullptr;
  std::unique_ptr<Unwinder> unwinder_;
};

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  elf_version(EV_CURRENT);
  exports.Set("Unwinder", UnwinderObject::define(env));
  return exports;
}

NODE_API_MODULE(pystack_unwind, initialise)

}  // namespace
}  // namespace pystack::unwind

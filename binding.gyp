{
  "target_defaults": {
    "include_dirs": ["<!@(node -p \"require('node-addon-api').include\")"],
    "defines": ["NAPI_VERSION=8", "NAPI_CPP_EXCEPTIONS", "NODE_ADDON_API_DISABLE_DEPRECATED"],
    "cflags!": ["-fno-exceptions"],
    "cflags_cc!": ["-fno-exceptions", "-fno-rtti"],
    "cflags_cc": ["-std=c++17", "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden"]
  },
  "targets": [
    {
      "target_name": "pystack_native",
      "sources": [
        "native/addon.cc",
        "native/cpu_clock.cc",
        "native/freeze.cc",
        "native/freeze_boundary.cc",
        "native/held_stop.cc",
        "native/live_process.cc",
        "native/look_columns.cc",
        "native/process_memory.cc",
        "native/socket_peer.cc",
        "native/system_error.cc",
        "native/task_list.cc",
        "native/thread_look.cc",
        "native/tracer.cc"
      ]
    },
    {
      "target_name": "pystack_unwind",
      "sources": [
        "native/unwind/addon.cc",
        "native/unwind/call_evidence.cc",
        "native/unwind/code_map.cc",
        "native/unwind/code_parts.cc",
        "native/unwind/debug_files.cc",
        "native/unwind/debug_info.cc",
        "native/unwind/demangle.cc",
        "native/unwind/expression.cc",
        "native/unwind/frame_distance.cc",
        "native/unwind/frame_program.cc",
        "native/unwind/frame_rules.cc",
        "native/unwind/frame_table.cc",
        "native/unwind/instruction.cc",
        "native/unwind/module.cc",
        "native/unwind/register_solver.cc",
        "native/unwind/symbol_table.cc",
        "native/unwind/unwinder.cc",
        "native/unwind/without_rules.cc"
      ],
      "libraries": ["-ldw", "-lelf", "-llzma", "-l:libiberty.a", "-Wl,--exclude-libs,ALL"]
    }
  ]
}

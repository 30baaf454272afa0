// C++ between two Python calls: a template in a namespace, a call that is inlined, and a handler of an exception that
// came through two functions.
#include <stdexcept>

namespace shop {

template <typename Item>
class Widgets {
 public:
  explicit Widgets(int (*callback)()) : callback_(callback) {}
  [[gnu::noipa]] int sell(Item item) {
    const int sold = priced(item);
    asm volatile("" ::: "memory");
    return sold;
  }
  [[gnu::noipa]] void refuse(Item item) {
    if (item > 0) throw std::runtime_error("refused");
  }
  [[gnu::noipa]] int mend(Item item) {
    try {
      refuse(item);
    } catch (const std::exception&) {
      const int mended = callback_();
      asm volatile("" ::: "memory");
      return mended;
    }
    return 0;
  }

 private:
  [[gnu::always_inline]] inline int priced(Item item) { return callback_() + static_cast<int>(item); }
  int (*callback_)();
};

}  // namespace shop

extern "C" int sell(int (*callback)()) { return shop::Widgets<long>(callback).sell(1) + 1; }
extern "C" int mend(int (*callback)()) { return shop::Widgets<long>(callback).mend(1) + 1; }

extern "C" [[gnu::noipa]] void spin_here(int bits) {
  // A frame of a size known only at run time: the caller is found through the frame pointer alone.
  auto* room = static_cast<volatile char*>(__builtin_alloca(1U << bits));
  for (;;) room[0] = room[1];
}
extern "C" int spin(int (*callback)()) {
  spin_here(callback != nullptr ? 10 : 11);
  return 0;
}

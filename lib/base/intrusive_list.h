// IntrusiveList: things in an order, linked through themselves: no memory of its own, and anything
// may leave from anywhere in constant time.
//
// A thing derives from ListNode and is in one list at most. Whichever ends first leaves the other
// sound: a node takes itself out of its list, a list lets go of its nodes.
#pragma once

namespace evenkeel::base {

class ListNode {
 public:
  ListNode() = default;
  ListNode(const ListNode&) = delete;
  ListNode& operator=(const ListNode&) = delete;
  ~ListNode() { Unlink(); }

  bool linked() const { return before_ != nullptr; }
  /// Takes it out of its list. No effect where it is in none.
  void Unlink() {
    if (!linked()) return;
    before_->after_ = after_;
    after_->before_ = before_;
    before_ = after_ = nullptr;
  }

 private:
  template <typename T>
  friend class IntrusiveList;

  ListNode* before_ = nullptr;  // a ring through the list's own node; null: in no list
  ListNode* after_ = nullptr;
};

template <typename T>
class IntrusiveList {
 public:
  IntrusiveList() { Close(); }
  IntrusiveList(const IntrusiveList&) = delete;
  IntrusiveList& operator=(const IntrusiveList&) = delete;
  ~IntrusiveList() {
    while (!empty()) ends_.after_->Unlink();
  }

  bool empty() const { return ends_.after_ == &ends_; }
  /// Precondition: not empty().
  T& front() { return static_cast<T&>(*ends_.after_); }
  /// Puts it at the end, out of the list in which it has been, if any.
  void PushBack(T& thing) {
    ListNode& node = thing;
    node.Unlink();
    node.before_ = ends_.before_;
    node.after_ = &ends_;
    node.before_->after_ = ends_.before_ = &node;
  }
  /// Takes all that `other` has to the end of this, in constant time.
  void TakeAll(IntrusiveList& other) {
    if (other.empty()) return;
    other.ends_.after_->before_ = ends_.before_;
    other.ends_.before_->after_ = &ends_;
    ends_.before_->after_ = other.ends_.after_;
    ends_.before_ = other.ends_.before_;
    other.Close();
  }

 private:
  void Close() { ends_.before_ = ends_.after_ = &ends_; }

  ListNode ends_;
};

}  // namespace evenkeel::base

package org.kgcoop.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ScopeTest {

  /** Returns the exception of an action in its own thread; null if there is none. */
  private static @Nullable Throwable inAnotherThread(Runnable action) throws InterruptedException {
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    Thread thread = new Thread(() -> thrown.set(catchThrowable(action::run)));
    thread.start();
    thread.join();
    return thrown.get();
  }

  @Test
  void anExceptionClosesTheScopesItPasses() {
    AtomicReference<@Nullable Tensor> escaped = new AtomicReference<>();
    try (Scope outer = Scope.open("outer")) {
      Throwable thrown =
          catchThrowable(
              () -> {
                try (Scope inner = Scope.open("inner")) {
                  escaped.set(Tensor.full(1, 2));
                  throw new IllegalArgumentException("on purpose");
                }
              });
      assertThat(thrown).hasMessage("on purpose");
      Tensor dead = escaped.get();
      assertThat(dead).isNotNull();
      assertThatThrownBy(() -> use(dead))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("scope 'inner'");
      // The outer scope is the innermost again.
      assertThat(Tensor.full(3, 1).item()).isEqualTo(3);
    }
  }

  private static void use(@Nullable Tensor tensor) {
    float[] unused = java.util.Objects.requireNonNull(tensor).toFloats();
  }

  @Test
  void anErrorOfTheNativeLibraryLeavesTheScopeUsable() {
    try (Scope scope = Scope.open("test")) {
      for (int i = 0; i < 3; i++) {
        Throwable thrown = catchThrowable(() -> use(Tensor.full(1, 2).matmul(Tensor.full(1, 3))));
        assertThat(thrown).hasMessageContaining("matmul(FLOAT32(2), FLOAT32(3))");
      }
      assertThat(Tensor.full(2, 2).sum().item()).isEqualTo(4);
    }
  }

  @Test
  void aScopeOfOneThreadDoesNotServeAnother() throws InterruptedException {
    try (Scope scope = Scope.open("mine")) {
      assertThat(inAnotherThread(() -> use(Tensor.full(1, 2))))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("outside of any scope");
      assertThat(inAnotherThread(scope::close))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed by another thread");
      assertThat(Tensor.full(1, 2).sum().item()).isEqualTo(2);
    }
  }

  @Test
  void aTensorOfOneThreadIsReadInAnother() throws InterruptedException {
    try (Scope scope = Scope.open("mine")) {
      Tensor x = Tensor.of(new float[] {1, 2}, 2);
      assertThat(
              inAnotherThread(
                  () -> {
                    try (Scope theirs = Scope.open("theirs")) {
                      assertThat(x.times(2).toFloats()).containsExactly(2, 4);
                    }
                  }))
          .isNull();
      assertThat(x.toFloats()).containsExactly(1, 2);
    }
  }

  @Test
  void aPromotedTensorThatWasPromotedTwiceLivesInTheOutermost() {
    try (Scope outermost = Scope.open("outermost")) {
      Tensor x;
      try (Scope outer = Scope.open("outer")) {
        try (Scope inner = Scope.open("inner")) {
          x = outer.promote(inner.promote(Tensor.full(5, 1)));
        }
        assertThat(x.item()).isEqualTo(5);
      }
      assertThat(x.item()).isEqualTo(5);
    }
  }

  @Test
  void rejectsPromotionOutOfTheOutermostScope() {
    try (Scope scope = Scope.open("only")) {
      Tensor x = Tensor.full(1, 1);
      assertThatThrownBy(() -> scope.promote(x))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("'only' has no outer scope");
      assertThat(x.item()).isEqualTo(1);
    }
  }

  @Test
  void ignoresASecondClose() {
    try (Scope outer = Scope.open("outer")) {
      Tensor x = Tensor.full(4, 1);
      x.close();
      assertThat(x.item()).isEqualTo(4);
      try (Scope inner = Scope.open("inner")) {
        inner.close();
      }
      assertThat(Tensor.full(4, 1).item()).isEqualTo(4);
    }
  }

  @Test
  void aKeptTensorMayBeClosedTwice() {
    Tensor kept;
    try (Scope scope = Scope.open("test")) {
      kept = Tensor.full(1, 2).keep();
    }
    kept.close();
    kept.close();
    assertThat(kept.toString()).isEqualTo("Tensor(freed)");
  }

  @Test
  void aTensorKeptTwiceIsFreedByOneClose() {
    Tensor kept;
    try (Scope scope = Scope.open("test")) {
      kept = Tensor.full(1, 2).keep().keep();
    }
    assertThat(kept.toFloats()).containsExactly(1, 1);
    kept.close();
    assertThat(kept.handle().isNull()).isTrue();
    assertThatThrownBy(() -> use(kept)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aKeptTensorThatIsPromotedIsFreedWithTheOuterScope() {
    Tensor promoted;
    try (Scope outer = Scope.open("outer")) {
      try (Scope inner = Scope.open("inner")) {
        promoted = inner.promote(Tensor.full(1, 2).keep());
      }
      assertThat(promoted.toFloats()).containsExactly(1, 1);
    }
    assertThat(promoted.handle().isNull()).isTrue();
  }

  @Test
  void aViewOutlivesItsSource() {
    try (Scope outer = Scope.open("outer")) {
      Tensor view;
      try (Scope inner = Scope.open("inner")) {
        view = inner.promote(Tensor.of(new float[] {1, 2, 3, 4}, 4).narrow(0, 1, 2));
      }
      assertThat(view.toFloats()).containsExactly(2, 3);
    }
  }

  @Test
  void recordingIsSwitchedPerThread() throws InterruptedException {
    try (Autograd.Switch off = Autograd.off()) {
      assertThat(Autograd.isOn()).isFalse();
      assertThat(inAnotherThread(() -> assertThat(Autograd.isOn()).isTrue())).isNull();
      try (Autograd.Switch again = Autograd.off()) {
        assertThat(Autograd.isOn()).isFalse();
      }
      assertThat(Autograd.isOn()).isFalse();
    }
    assertThat(Autograd.isOn()).isTrue();
  }
}

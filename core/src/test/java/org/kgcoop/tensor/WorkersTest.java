package org.kgcoop.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkersTest {
  private final int before = Engine.threads();

  @BeforeEach
  void two() {
    Engine.setThreads(2);
  }

  @AfterEach
  void asBefore() {
    Engine.setThreads(before);
  }

  @Test
  void resultsComeInTheOrderOfPiecesAndBelongToTheCaller() {
    List<Tensor> results = new ArrayList<>();
    try (Scope scope = Scope.open("caller")) {
      Workers.map(7, i -> List.of(Tensor.scalar(i), Tensor.scalar(10 + i)))
          .forEach(results::addAll);
      assertThat(results.stream().map(Tensor::item))
          .containsExactly(0d, 10d, 1d, 11d, 2d, 12d, 3d, 13d, 4d, 14d, 5d, 15d, 6d, 16d);
    }
    assertThatThrownBy(() -> results.get(0).item())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("'caller'");
  }

  @Test
  void twoPiecesRunAtATime() {
    CountDownLatch both = new CountDownLatch(2);
    try (Scope scope = Scope.open("caller")) {
      List<List<Tensor>> met =
          Workers.map(
              2,
              i -> {
                both.countDown();
                return List.of(Tensor.scalar(await(both) ? 1 : 0));
              });
      assertThat(met.get(0).get(0).item() + met.get(1).get(0).item()).isEqualTo(2);
    }
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(10, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      return false;
    }
  }

  @Test
  void historiesMadeByWorkersAreDifferentiatedByWorkers() {
    try (Scope scope = Scope.open("caller")) {
      Tensor x = Tensor.of(new float[] {1, 2, 3}, 3).parameter();
      List<List<Tensor>> made = Workers.map(3, i -> List.of(x.times(x).times(i)));
      List<List<Tensor>> gradients =
          Workers.map(
              3,
              i ->
                  Autograd.gradients(
                      List.of(made.get(i).get(0)), List.of(Tensor.full(1, 3)), List.of(x), false));
      assertThat(gradients.get(2).get(0).toFloats()).containsExactly(4, 8, 12);
    }
  }

  @Test
  void workersRecordAsTheCallerDoes() {
    try (Scope scope = Scope.open("caller");
        Autograd.Switch off = Autograd.off()) {
      List<List<Tensor>> recording =
          Workers.map(2, i -> List.of(Tensor.scalar(Autograd.isOn() ? 1 : 0)));
      assertThat(recording.get(0).get(0).item()).isZero();
      assertThat(recording.get(1).get(0).item()).isZero();
    }
  }

  @Test
  void throwsTheFirstFailureAfterAllPieces() {
    CountDownLatch ended = new CountDownLatch(2);
    try (Scope scope = Scope.open("caller")) {
      assertThatThrownBy(
              () ->
                  Workers.map(
                      4,
                      i -> {
                        if (i % 2 == 1) {
                          throw new IllegalArgumentException("piece " + i);
                        }
                        ended.countDown();
                        return List.of(Tensor.scalar(i));
                      }))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("piece 1");
      assertThat(ended.getCount()).isZero();
    }
  }

  @Test
  void aWorkerComputesPiecesOfItsOwnInItsOwnThread() {
    try (Scope scope = Scope.open("caller")) {
      AtomicReference<String> inner = new AtomicReference<>("");
      AtomicReference<String> outer = new AtomicReference<>("");
      List<List<Tensor>> unused =
          Workers.map(
              2,
              i -> {
                if (i == 0) {
                  outer.set(Thread.currentThread().toString());
                  return Workers.map(
                          2,
                          j -> {
                            inner.set(Thread.currentThread().toString());
                            return List.of(Tensor.scalar(j));
                          })
                      .get(1);
                }
                return List.of(Tensor.scalar(9));
              });
      assertThat(inner.get()).isEqualTo(outer.get()).contains("kgcoop-worker");
      assertThat(unused.get(0).get(0).item()).isEqualTo(1);
    }
  }

  @Test
  void anErrorInOnePieceLeavesNothingOfTheOthers() {
    List<Tensor> made = Collections.synchronizedList(new ArrayList<>());
    for (Throwable failure : List.of(new AssertionError("one"), new IllegalStateException("one"))) {
      made.clear();
      try (Scope scope = Scope.open("caller")) {
        assertThatThrownBy(
                () ->
                    Workers.map(
                        5,
                        i -> {
                          if (i == 1) {
                            if (failure instanceof Error error) {
                              throw error;
                            }
                            throw (RuntimeException) failure;
                          }
                          made.add(Tensor.scalar(i));
                          return List.of(made.get(made.size() - 1));
                        }))
            .isSameAs(failure);
        assertThat(made).hasSize(4);
      }
      assertThat(made).allMatch(tensor -> tensor.handle().isNull());
    }
  }

  @Test
  void freesAllTensorsOfAFailedPiece() {
    List<Tensor> made = new ArrayList<>();
    try (Scope scope = Scope.open("caller")) {
      assertThatThrownBy(
              () ->
                  Workers.map(
                      1,
                      i -> {
                        made.add(Tensor.scalar(1));
                        Tensor freed;
                        try (Scope inner = Scope.open("inner")) {
                          freed = Tensor.scalar(2);
                        }
                        return List.of(made.get(0), freed);
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("'inner'");
    }
    assertThat(made.get(0).handle().isNull()).isTrue();
  }
}

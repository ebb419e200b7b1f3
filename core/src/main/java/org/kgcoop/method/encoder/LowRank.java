package org.kgcoop.method.encoder;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.ProjectionDeltas;
import org.kgcoop.clip.ProjectionDeltas.Projection;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Low-rank branches beside projections of an encoder, {@code scale B A drop(x)}. The product of B
 * and A, as large as the frozen weight, is made for {@link #merged} alone.
 *
 * @param branches in the order of their parameters
 * @param dropout the share of entries of x that is dropped; those kept are divided by the rest
 */
record LowRank(List<Branch> branches, double scale, double dropout) {

  /** The published names of projections. */
  private static final Map<Projection, String> NAMES =
      Map.of(
          Projection.QUERY,
          "q_proj",
          Projection.KEY,
          "k_proj",
          Projection.VALUE,
          "v_proj",
          Projection.OUTPUT,
          "proj");

  /**
   * A branch.
   *
   * @param encoder what the names of the encoder's weights begin with
   * @param block counted from 0
   */
  record Branch(String encoder, int block, Projection projection) {
    /** The name of the block's attention, of weights too. */
    private String attention() {
      return encoder + "transformer.resblocks." + block + ".attn.";
    }

    /** The published name of the adapted matrix. */
    String name() {
      return attention() + NAMES.get(projection);
    }

    /** The name of A, (rank, W). */
    String a() {
      return name() + ".w_lora_A";
    }

    /** The name of B, (W, rank). */
    String b() {
      return name() + ".w_lora_B";
    }

    /** The released name of the weight that holds the matrix. */
    String weight() {
      return attention() + (projection == Projection.OUTPUT ? "out_proj.weight" : "in_proj_weight");
    }

    /** The rows of that weight that are the matrix. */
    Tensor rowsOf(Tensor weight) {
      long width = weight.size(1);
      long first =
          switch (projection) {
            case QUERY, OUTPUT -> 0;
            case KEY -> width;
            case VALUE -> 2 * width;
          };
      return weight.narrow(0, first, width);
    }
  }

  /** The branches of an encoder: each of the projections in each of the blocks. */
  static LowRank of(
      String encoder,
      List<Integer> blocks,
      List<Projection> projections,
      double scale,
      double dropout) {
    List<Branch> branches = new ArrayList<>();
    for (int block : blocks) {
      for (Projection projection : projections) {
        branches.add(new Branch(encoder, block, projection));
      }
    }
    return new LowRank(branches, scale, dropout);
  }

  LowRank {
    branches = List.copyOf(branches);
  }

  /** The names of A and B of each branch. */
  List<String> names() {
    return branches.stream().flatMap(branch -> Stream.of(branch.a(), branch.b())).toList();
  }

  boolean isEmpty() {
    return branches.isEmpty();
  }

  /** The first block that has a branch. */
  int firstBlock() {
    return branches.get(0).block();
  }

  /**
   * The terms of each block.
   *
   * @param given A and B of each branch
   * @param kept for a matrix the entries of x that are kept, (positions, W), of ones and zeros;
   *     null where none is dropped
   */
  IntFunction<ProjectionDeltas> additions(
      List<Tensor> given, @Nullable Function<String, Tensor> kept) {
    return block ->
        branches.stream().noneMatch(branch -> branch.block() == block)
            ? ProjectionDeltas.NONE
            : (projection, x, rows) -> {
              int place =
                  branches.indexOf(new Branch(branches.get(0).encoder(), block, projection));
              if (place < 0) {
                return null;
              }
              try (Scope scope = Scope.open("low-rank branch")) { // so that no mask stays
                Tensor input = x.to(DType.FLOAT32);
                double factor = scale;
                if (kept != null) {
                  input = input.times(rows.apply(kept.apply(branches.get(place).name())));
                  factor = scale / (1 - dropout);
                }
                Tensor a = given.get(2 * place);
                Tensor b = given.get(2 * place + 1).times(factor);
                return scope.promote(input.matmul(a.transpose(0, 1)).matmul(b.transpose(0, 1)));
              }
            };
  }

  /**
   * The weights of the encoder with the branches in them, copies of the frozen ones: 7 MB a block
   * of ViT-B/16.
   *
   * @param given A and B of each branch
   * @param frozen float32 weights by released name
   * @return those that differ, by released name
   */
  Map<String, Tensor> merged(List<Tensor> given, Function<String, Tensor> frozen) {
    Map<String, Tensor> merged = new LinkedHashMap<>();
    for (int i = 0; i < branches.size(); i++) {
      Branch branch = branches.get(i);
      Tensor weight = merged.computeIfAbsent(branch.weight(), name -> frozen.apply(name).copy());
      Tensor product = given.get(2 * i + 1).matmul(given.get(2 * i)).times(scale); // B A
      branch.rowsOf(weight).add_(product);
    }
    return merged;
  }
}

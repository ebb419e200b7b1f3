package org.kgcoop.method.encoder;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.ProjectionDeltas;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Low-rank branches for projections of an encoder, {@code scale B A drop(x)}. The product of B and
 * A is as large as the frozen weight, so only {@link #merged} computes it.
 *
 * @param branches the branches, in the order of their parameters
 * @param scale the factor of the branches
 * @param dropout the probability that an entry of x is dropped; the kept entries are divided by one
 *     minus this probability
 */
record LowRank(List<Branch> branches, double scale, double dropout) {

  /**
   * Low-rank branch of one projection.
   *
   * @param encoder the prefix of the names of the encoder's weights
   * @param block the block number, from 0
   * @param matrix q, k, v or o, the first letter of the adapted projection
   */
  record Branch(String encoder, int block, String matrix) {
    /** Returns the name of the block's attention, which is also the prefix of its weights. */
    private String attention() {
      return encoder + "transformer.resblocks." + block + ".attn.";
    }

    /** Returns the published name of the adapted matrix. */
    String name() {
      return attention() + (matrix.equals("o") ? "proj" : matrix + "_proj");
    }

    /** Returns the name of A, (rank, W). */
    String a() {
      return name() + ".w_lora_A";
    }

    /** Returns the name of B, (W, rank). */
    String b() {
      return name() + ".w_lora_B";
    }

    /** Returns OpenAI's name of the weight that contains the matrix. */
    String weight() {
      return attention() + (matrix.equals("o") ? "out_proj.weight" : "in_proj_weight");
    }

    /** Returns the rows of the weight that form the matrix. */
    Tensor rowsOf(Tensor weight) {
      long width = weight.size(1);
      long first =
          switch (matrix) {
            case "k" -> width;
            case "v" -> 2 * width;
            default -> 0;
          };
      return weight.narrow(0, first, width);
    }
  }

  /** Returns the names of A and B of each branch. */
  List<String> names() {
    return branches.stream().flatMap(branch -> Stream.of(branch.a(), branch.b())).toList();
  }

  boolean isEmpty() {
    return branches.isEmpty();
  }

  /** Returns the first block that has a branch. */
  int firstBlock() {
    return branches.get(0).block();
  }

  /**
   * Returns the terms that the branches add in each block.
   *
   * @param matrices A and B of each branch
   * @param mask a function that returns the dropout mask of x for a matrix, (positions, W), with
   *     ones and zeros; null without dropout
   */
  IntFunction<ProjectionDeltas> additions(
      List<Tensor> matrices, @Nullable Function<String, Tensor> mask) {
    return block ->
        branches.stream().noneMatch(branch -> branch.block() == block)
            ? ProjectionDeltas.NONE
            : (projection, x, rows) -> {
              String matrix = projection.name().substring(0, 1).toLowerCase(Locale.ROOT);
              int place = branches.indexOf(new Branch(branches.get(0).encoder(), block, matrix));
              if (place < 0) {
                return null;
              }
              try (Scope scope = Scope.open("low-rank branch")) { // releases the mask
                Tensor input = x.to(DType.FLOAT32);
                double factor = scale;
                if (mask != null) {
                  input = input.times(rows.apply(mask.apply(branches.get(place).name())));
                  factor = scale / (1 - dropout);
                }
                Tensor a = matrices.get(2 * place);
                Tensor b = matrices.get(2 * place + 1).times(factor);
                return scope.promote(input.matmul(a.transpose(0, 1)).matmul(b.transpose(0, 1)));
              }
            };
  }

  /**
   * Returns the weights of the encoder with the branches merged into them. They are copies of the
   * frozen weights and take 7 MB per block of ViT-B/16.
   *
   * @param matrices A and B of each branch
   * @param frozen a function that returns a float32 weight by OpenAI's name
   * @return the changed weights, by OpenAI's name
   */
  Map<String, Tensor> merged(List<Tensor> matrices, Function<String, Tensor> frozen) {
    Map<String, Tensor> merged = new LinkedHashMap<>();
    for (int i = 0; i < branches.size(); i++) {
      Branch branch = branches.get(i);
      Tensor weight = merged.computeIfAbsent(branch.weight(), name -> frozen.apply(name).copy());
      Tensor product = matrices.get(2 * i + 1).matmul(matrices.get(2 * i)).times(scale); // B A
      branch.rowsOf(weight).add_(product);
    }
    return merged;
  }
}

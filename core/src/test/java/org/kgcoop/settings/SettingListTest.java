package org.kgcoop.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kgcoop.KgCoopException;

class SettingListTest {
  public record Range(double least, double most) {
    public Range {
      if (least > most) {
        throw KgCoopException.configuration("least is above most");
      }
    }
  }

  public record Owner(String name, Range range, boolean loud) {}

  private static final Setting<Double> LEAST = Setting.number("least", 1, "");
  private static final Setting<Double> MOST = Setting.number("most", 2, "");
  private static final SettingList<Owner> OWNER =
      SettingList.of(
          Owner.class,
          Setting.text("name", "none", ""),
          SettingList.of(Range.class, LEAST, MOST),
          Setting.flag("loud", false, "").omittingDefault());

  @Test
  void aRecordInARecordIsReadAndWrittenInTheOrderOfItsComponents() {
    Owner owner = OWNER.read(SettingValues.of("most", 5).with("loud", true));
    assertThat(owner).isEqualTo(new Owner("none", new Range(1, 5), true));
    Map<String, Object> values = new LinkedHashMap<>();
    OWNER.write(owner, values);
    assertThat(values.toString()).isEqualTo("{name=none, least=1.0, most=5.0, loud=true}");
  }

  @Test
  void aDefaultThatFilesOmitIsNotWritten() {
    Map<String, Object> values = new LinkedHashMap<>();
    OWNER.write(OWNER.read(SettingValues.NONE), values);
    assertThat(values).containsOnlyKeys("name", "least", "most");
  }

  @Test
  void theMessageOfTheRecordIsKept() {
    assertThatThrownBy(() -> OWNER.read(SettingValues.of("least", 3)))
        .isInstanceOf(KgCoopException.class)
        .hasMessage("least is above most");
  }

  @Test
  void everyComponentNeedsASetting() {
    assertThatThrownBy(() -> SettingList.of(Range.class, LEAST))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected one part for each component");
  }
}

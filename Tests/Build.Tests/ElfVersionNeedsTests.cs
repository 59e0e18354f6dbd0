using System.Reflection;

namespace Federated.Build.Tests;

public sealed class ElfVersionNeedsTests
{
    private const string Baseline = "GLIBCXX_3.4.30";

    [Fact]
    public void A_newer_version_that_nothing_uses_becomes_weak_and_nothing_else_changes()
    {
        var image = new ElfImage(["GLIBCXX_3.4.29", "GLIBCXX_3.4.32", "CXXABI_1.3.15"], used: [0, 2]);
        var before = image.Bytes.ToArray();

        var lines = ElfVersionNeeds.Weaken(image.Bytes, Baseline);

        Assert.Equal(["GLIBCXX_3.4.32 made weak"], lines);
        Assert.Equal((0, 2, 0), (image.FlagsOf(0), image.FlagsOf(1), image.FlagsOf(2)));
        Assert.Single(Enumerable.Range(0, before.Length), i => before[i] != image.Bytes[i]);
    }

    [Fact]
    public void A_newer_version_that_a_relocation_uses_stays_strong()
    {
        var image = new ElfImage(["GLIBCXX_3.4.31", "GLIBCXX_3.4.32"], used: [1]);

        var lines = ElfVersionNeeds.Weaken(image.Bytes, Baseline);

        Assert.Equal(["GLIBCXX_3.4.31 made weak", "GLIBCXX_3.4.32 is used by a relocation and stays as it is"], lines);
        Assert.Equal((2, 0), (image.FlagsOf(0), image.FlagsOf(1)));
    }

    [Fact]
    public void A_second_pass_changes_nothing()
    {
        var image = new ElfImage(["GLIBCXX_3.4.32"]);
        ElfVersionNeeds.Weaken(image.Bytes, Baseline);
        var once = image.Bytes.ToArray();

        Assert.Equal(["GLIBCXX_3.4.32 is weak already"], ElfVersionNeeds.Weaken(image.Bytes, Baseline));
        Assert.Equal(once, image.Bytes);
    }

    [Fact]
    public void A_library_within_the_baseline_is_left_alone()
    {
        var image = new ElfImage(["GLIBCXX_3.4.30", "GLIBCXX_3.4", "GLIBCXX_3.4.9"], used: [0]);
        var before = image.Bytes.ToArray();

        Assert.Empty(ElfVersionNeeds.Weaken(image.Bytes, Baseline));
        Assert.Equal(before, image.Bytes);
    }

    [Theory]
    [InlineData(0, 0x4d)] // not ELF: a Windows library
    [InlineData(4, 1)]    // 32 bits
    [InlineData(5, 2)]    // big-endian
    public void Another_format_is_left_alone(int at, byte value)
    {
        var image = new ElfImage(["GLIBCXX_3.4.32"]);
        image.Bytes[at] = value;

        Assert.Empty(ElfVersionNeeds.Weaken(image.Bytes, Baseline));
        Assert.Equal(0, image.FlagsOf(0));
    }

    [Theory]
    [InlineData(ElfImage.Dynamic + 8, "lies in no loaded segment")]              // string table
    [InlineData(ElfImage.Dynamic + 16 * 4 + 8, "lies in no loaded segment")]     // version needs
    [InlineData(32, "points beyond its own end")]                                // program headers
    public void A_pointer_out_of_the_file_is_refused(int at, string reason)
    {
        var image = new ElfImage(["GLIBCXX_3.4.32"], used: [0]);
        image.Put64(at, 0x7fffffff);

        var error = Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.Weaken(image.Bytes, Baseline));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_damaged_byte_is_survived()
    {
        var image = new ElfImage(["GLIBCXX_3.4.31", "GLIBCXX_3.4.32"], used: [1]).Bytes;
        for (var at = 6; at < ElfImage.Names + 40; at++)
        {
            var damaged = image.ToArray();
            damaged[at] ^= 0xff;
            var error = Record.Exception(() => ElfVersionNeeds.Weaken(damaged, Baseline));
            Assert.True(error is null or InvalidDataException, $"byte {at}: {error}");
        }
    }

    [Fact]
    public void In_TorchSharps_own_library_exactly_one_byte_changes()
    {
        var package = typeof(ElfVersionNeedsTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "TorchSharpPackage").Value!;
        var original = File.ReadAllBytes(Path.Combine(package, "runtimes", "linux-x64", "native", "libLibTorchSharp.so"));
        var image = original.ToArray();

        var lines = ElfVersionNeeds.Weaken(image, Baseline);

        Assert.Equal(["GLIBCXX_3.4.32 made weak"], lines);
        Assert.Single(Enumerable.Range(0, image.Length), i => image[i] != original[i]);
    }
}

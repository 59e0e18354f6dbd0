using Federated.Engine.Arithmetic;
using Federated.Engine.Tests.Training;
using static TorchSharp.torch;

namespace Federated.Engine.Tests.Arithmetic;

[Collection(nameof(NativeMemoryTests))]   // alone: other tests draw from the generator
public sealed class SoundArithmeticTests
{
    [Fact]
    public void Convolutions_are_right_once_libtorch_is_set_up()
    {
        LibtorchSetup.Ensure();
        Assert.Null(ConvolutionCheck.Fault());
    }

    [Fact]
    public void Nothing_is_changed_or_said_where_convolutions_are_right() =>
        Assert.Equal(new SoundArithmetic(null, null), SoundArithmetic.Settle(() => null, () => throw new InvalidOperationException("It was switched off.")));

    [Fact]
    public void Where_switching_off_mends_it_a_notice_says_so()
    {
        string? fault = "off by 90 %";
        var settled = SoundArithmetic.Settle(() => fault, () =>
        {
            fault = null;
            return true;
        });
        Assert.Null(settled.Refusal);
        Assert.Contains("off by 90 %", settled.Notice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_stays_wrong_is_refused_with_what_to_do(bool canSwitch)
    {
        var settled = SoundArithmetic.Settle(() => "off by 90 %", () => canSwitch);
        Assert.Null(settled.Notice);
        Assert.Contains("off by 90 %", settled.Refusal, StringComparison.Ordinal);
        Assert.Contains("ONEDNN_MAX_CPU_ISA=SSE41", settled.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_draws_no_random_numbers()
    {
        LibtorchSetup.Ensure();
        using var before = get_rng_state();
        ConvolutionCheck.Fault();
        using var after = get_rng_state();
        Assert.True(before.equal(after).all().item<bool>());
    }
}

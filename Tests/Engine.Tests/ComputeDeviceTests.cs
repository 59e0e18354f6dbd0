namespace Federated.Engine.Tests;

public sealed class ComputeDeviceTests
{
    [Theory]
    [InlineData("cpu", "cpu")]
    [InlineData("cuda", "cuda:0")]
    [InlineData("cuda:0", "cuda:0")]
    [InlineData("cuda:12", "cuda:12")]
    public void Devices_are_known_by_their_names(string text, string device) => Assert.Equal(device, ComputeDevice.Parse(text)?.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("CPU")]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda: 1")]
    [InlineData("cuda:1.0")]
    [InlineData("cuda:99999999999")]
    public void Anything_else_is_none(string text) => Assert.Null(ComputeDevice.Parse(text));

    [Fact]
    public void Processor_is_there_and_a_GPU_only_where_the_build_and_the_machine_have_it()
    {
        Assert.Null(ComputeDevice.Cpu.WhyMissing());
        Assert.Contains("The device cuda:1000 was asked for", ComputeDevice.Parse("cuda:1000")!.WhyMissing(), StringComparison.Ordinal);
    }
}

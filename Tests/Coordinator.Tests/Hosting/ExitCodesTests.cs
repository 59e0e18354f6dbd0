using System.Reflection;
using Federated.Core;

namespace Federated.Coordinator.Tests.Hosting;

public sealed class ExitCodesTests
{
    [Fact]
    public void Every_exit_code_has_a_number_of_its_own_and_a_remedy()
    {
        var codes = typeof(ExitCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral)
            .Select(field => (int)field.GetRawConstantValue()!)
            .ToArray();

        Assert.Equal(codes.Order(), ExitCodes.All);
        Assert.All(codes, code => Assert.EndsWith(".", ExitCodes.Remedy(code)));
        Assert.Throws<ArgumentOutOfRangeException>(() => ExitCodes.Remedy(99));
    }
}

using Xunit.Abstractions;
using Xunit.Sdk;

namespace Federated.Coordinator.Tests.Storage;

/// <summary>A test of a contract class: skipped, and shown as such, where the derived class says what it needs and the machine does not have
/// it.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Federated.Coordinator.Tests.Storage.ContractFactDiscoverer", "Federated.Coordinator.Tests")]
public sealed class ContractFactAttribute : FactAttribute;

/// <summary>On a test class or a test: what the machine must have.</summary>
public interface INeed
{
    /// <summary>Why the tests are skipped; null when they run.</summary>
    string? Lacking { get; }
}

/// <summary>Makes test cases whose skipping is decided by the class that runs them.</summary>
public sealed class ContractFactDiscoverer(IMessageSink diagnostics) : FactDiscoverer(diagnostics)
{
    protected override IXunitTestCase CreateTestCase(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        new ContractTestCase(
            DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod);
}

/// <summary>A test of a contract class.</summary>
public sealed class ContractTestCase : XunitTestCase
{
    /// <summary>For the test framework, which creates it before it reads it.</summary>
    [Obsolete("Called by the test framework.")]
    public ContractTestCase() { }

    public ContractTestCase(IMessageSink diagnostics, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method)
        : base(diagnostics, display, options, method) { }

    protected override string? GetSkipReason(IAttributeInfo factAttribute) =>
        TestMethod.TestClass.Class.ToRuntimeType().GetCustomAttributes(inherit: true).OfType<INeed>()
            .Select(need => need.Lacking).FirstOrDefault(reason => reason is not null)
        ?? base.GetSkipReason(factAttribute);
}

package tables

import (
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	policyv1 "k8s.io/api/policy/v1"
)

type autoscalerRow struct {
	*Object
	hpa *autoscalingv2.HorizontalPodAutoscaler
}

// K8sHorizontalPodAutoscalers has one row per HorizontalPodAutoscaler.
var K8sHorizontalPodAutoscalers = define(spec[autoscalerRow]{
	Name: "k8s_horizontal_pod_autoscalers",
	Row:  "horizontal pod autoscaler",
	Doc:  "Every HorizontalPodAutoscaler: what it scales, between which bounds, by which metrics.",
	Examples: []string{
		"SELECT namespace, name, current_replicas, max_replicas FROM k8s_horizontal_pod_autoscalers WHERE current_replicas >= max_replicas",
		"SELECT h.namespace, h.name, target_kind, target_name FROM k8s_horizontal_pod_autoscalers h LEFT JOIN k8s_workloads w ON w.namespace = h.namespace AND w.kind = target_kind AND w.name = target_name WHERE w.name IS NULL",
		"SELECT namespace, name, m.value->>'$.type' AS metric FROM k8s_horizontal_pod_autoscalers, json_each(metrics) m",
	},
	Columns: [][]column[autoscalerRow]{
		common[autoscalerRow](),
		{
			text("target_kind", "spec.scaleTargetRef.kind", func(r autoscalerRow) Value { return Str(r.hpa.Spec.ScaleTargetRef.Kind) }),
			text("target_name", "spec.scaleTargetRef.name", func(r autoscalerRow) Value { return Str(r.hpa.Spec.ScaleTargetRef.Name) }).key(),
			integer("min_replicas", "spec.minReplicas", func(r autoscalerRow) Value { return IntPtr(r.hpa.Spec.MinReplicas) }),
			integer("max_replicas", "spec.maxReplicas", func(r autoscalerRow) Value { return Int(r.hpa.Spec.MaxReplicas) }),
			integer("current_replicas", "status.currentReplicas", func(r autoscalerRow) Value {
				return observed(*orEmpty(r.hpa.Status.ObservedGeneration, new(int64)), r.hpa.Status.CurrentReplicas)
			}),
			integer("desired_replicas", "status.desiredReplicas", func(r autoscalerRow) Value {
				return observed(*orEmpty(r.hpa.Status.ObservedGeneration, new(int64)), r.hpa.Status.DesiredReplicas)
			}),
			jsonCol("metrics", "spec.metrics", func(r autoscalerRow) Value { return JSON(r.hpa.Spec.Metrics) }),
			integer("last_scale_time", "status.lastScaleTime, Unix seconds", func(r autoscalerRow) Value { return TimePtr(r.hpa.Status.LastScaleTime) }),
			jsonCol("conditions", "status.conditions", func(r autoscalerRow) Value { return JSON(r.hpa.Status.Conditions) }),
		},
		where[autoscalerRow](),
	},
	Sources: []source[autoscalerRow]{from(HorizontalPodAutoscalers, func(o *Object, v *autoscalingv2.HorizontalPodAutoscaler, emit func(autoscalerRow)) {
		emit(autoscalerRow{o, v})
	})},
})

type budgetRow struct {
	*Object
	pdb *policyv1.PodDisruptionBudget
}

// K8sPodDisruptionBudgets has one row per PodDisruptionBudget.
var K8sPodDisruptionBudgets = define(spec[budgetRow]{
	Name: "k8s_pod_disruption_budgets",
	Row:  "pod disruption budget",
	Doc:  "Every PodDisruptionBudget, and how many of its pods may be evicted now: 0 for long keeps nodes from being drained and patched.",
	Examples: []string{
		"SELECT namespace, name, min_available, max_unavailable FROM k8s_pod_disruption_budgets WHERE disruptions_allowed = 0 AND expected_pods > 0",
		"SELECT namespace, name, selector FROM k8s_pod_disruption_budgets WHERE expected_pods = 0",
		"SELECT namespace, name FROM k8s_pod_disruption_budgets WHERE max_unavailable IN ('0', '0%') OR min_available = '100%'",
	},
	Columns: [][]column[budgetRow]{
		common[budgetRow](),
		{
			text("min_available", "spec.minAvailable: a number or a percentage", func(r budgetRow) Value { return intOrString(r.pdb.Spec.MinAvailable) }),
			text("max_unavailable", "spec.maxUnavailable: a number or a percentage", func(r budgetRow) Value { return intOrString(r.pdb.Spec.MaxUnavailable) }),
			jsonCol("selector", "spec.selector; {} selects every pod of the namespace", func(r budgetRow) Value { return JSON(r.pdb.Spec.Selector) }),
			text("unhealthy_pod_eviction_policy", "spec.unhealthyPodEvictionPolicy", func(r budgetRow) Value { return StrPtr(r.pdb.Spec.UnhealthyPodEvictionPolicy) }),
			integer("disruptions_allowed", "status.disruptionsAllowed", func(r budgetRow) Value {
				return observed(r.pdb.Status.ObservedGeneration, r.pdb.Status.DisruptionsAllowed)
			}),
			integer("current_healthy", "status.currentHealthy", func(r budgetRow) Value { return observed(r.pdb.Status.ObservedGeneration, r.pdb.Status.CurrentHealthy) }),
			integer("desired_healthy", "status.desiredHealthy", func(r budgetRow) Value { return observed(r.pdb.Status.ObservedGeneration, r.pdb.Status.DesiredHealthy) }),
			integer("expected_pods", "status.expectedPods: pods that the selector selects", func(r budgetRow) Value { return observed(r.pdb.Status.ObservedGeneration, r.pdb.Status.ExpectedPods) }),
		},
		where[budgetRow](),
	},
	Sources: []source[budgetRow]{from(PodDisruptionBudgets, func(o *Object, v *policyv1.PodDisruptionBudget, emit func(budgetRow)) {
		emit(budgetRow{o, v})
	})},
})
